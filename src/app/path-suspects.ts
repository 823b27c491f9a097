import { printComponent } from '../domain/component-grammar.ts';
import type { Names } from '../domain/names.ts';
import type { Suspect } from '../domain/suspect.ts';
import type { Trace } from '../domain/trace.ts';
import type { PathSection } from '../measure/index.ts';

const MOST_SUSPECTS = 5;

/** Without a model there is only structure: services by their part of the critical path. */
export function suspectsByPath(names: Names, trace: Trace, path: readonly PathSection[]): Suspect[] {
  const totalUs = path.reduce((sum, { fromUs, toUs }) => sum + toUs - fromUs, 0);
  const byService = new Map<number, { us: number; longestUs: number; operation: number }>();
  for (const { span, fromUs, toUs } of path) {
    const service = trace.service[span];
    const entry = byService.get(service) ?? { us: 0, longestUs: -1, operation: 0 };
    entry.us += toUs - fromUs;
    if (toUs - fromUs > entry.longestUs) {
      entry.longestUs = toUs - fromUs;
      entry.operation = trace.operation[span];
    }
    byService.set(service, entry);
  }
  return [...byService]
    .sort(([a, x], [b, y]) => y.us - x.us || a - b)
    .slice(0, MOST_SUSPECTS)
    .map(([service, { us, operation }]): Suspect => {
      const identity = names.serviceIdentity(service);
      const operationName = names.operationName(operation);
      return {
        kind: 'service',
        environment: identity.environment,
        namespace: identity.namespace,
        service: identity.name,
        operation: operationName,
        component: printComponent({ kind: 'self', service: identity, operation: operationName }),
        share: totalUs === 0 ? 0 : Math.floor((us / totalUs) * 1000) / 1000,
        cause: 'code',
        because: [],
        against: [],
      };
    });
}
