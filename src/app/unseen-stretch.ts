import type { UnseenFor } from '../domain/flow-input.ts';
import type { Incident } from '../domain/incident.ts';
import { sameService } from '../domain/service-identity.ts';

/** For how long, until `toMs`, the first suspect of an incident was not seen; undefined when it was. Pure. */
export function unseenStretch(
  services: readonly UnseenFor[],
  toMs: number,
): (incident: Incident) => readonly [number, number] | undefined {
  return ({ finalSuspects: [first] }) => {
    if (first === undefined) return undefined;
    const { environment, namespace, service: name } = first;
    const found = services.find((one) => sameService(one, { environment, namespace, name }));
    return found && [toMs - found.ms, toMs];
  };
}
