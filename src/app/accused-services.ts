import { parseComponent } from '../domain/component-grammar.ts';
import type { Incident } from '../domain/incident.ts';
import type { Names } from '../domain/names.ts';

/** Numbers of the services that an incident's suspects are of; of those hurt on a host, where that is the suspect. */
export function accusedServices(
  { finalSuspects }: Pick<Incident, 'finalSuspects'>,
  names: Names,
): ReadonlySet<number> {
  const identities = finalSuspects.flatMap(({ kind, environment, namespace, service: name, because }) => {
    if (kind !== 'host') return [{ environment, namespace, name }];
    return because.map((key) => {
      const { callee, service } = parseComponent(key);
      return callee ?? service;
    });
  });
  return new Set(identities.map((identity) => names.service(identity)));
}
