import { globFits } from '../domain/glob.ts';
import type { ServiceIdentity } from '../domain/service-identity.ts';
import type { RuleScope } from './port.ts';

/** Whose requests a series is of; empty parts are of all. */
export interface Seat extends ServiceIdentity {
  readonly operation: string;
}

/** The series of a rule that a request to `operation` of `service` counts in; undefined when it is none of its. Pure. */
export function seatOf(scope: RuleScope, service: ServiceIdentity, operation: string): Seat | undefined {
  const name = scope.service.includes('/') ? `${service.namespace}/${service.name}` : service.name;
  if (!globFits(scope.service, name) || !globFits(scope.operation, operation)) return undefined;
  if (scope.environment !== undefined && scope.environment !== service.environment) return undefined;
  switch (scope.by) {
    case 'operation':
      return { ...service, operation };
    case 'service':
      return { ...service, operation: '' };
    case 'all':
      return { environment: scope.environment ?? '', namespace: '', name: '', operation: '' };
  }
}
