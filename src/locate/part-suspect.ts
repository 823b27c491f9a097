import type { PartEvidence } from '../detect/port.ts';
import type { ComponentTable } from '../domain/component-table.ts';
import { printService } from '../domain/component-grammar.ts';
import { partKey } from '../domain/part-key.ts';
import type { Suspect, SuspectCause } from '../domain/suspect.ts';
import { HOT } from './describe.ts';
import { hostKey, PART_CAUSES, type PartHypothesis } from './parts.ts';

const MOST_NAMED = 5;

/** A pod, version or host as a suspect; a host carries the name of the service that shows it best. */
export function toPartSuspect(table: ComponentTable, part: PartHypothesis, share: number): Suspect {
  const { names } = table;
  const [slot] = part.slots;
  const { environment, namespace, name } = names.serviceIdentity(part.services[0]);
  const because = part.evidence.filter(({ logBayes }) => logBayes >= HOT).slice(0, MOST_NAMED);
  const loudest = because.at(0) ?? part.evidence[0];
  const { operation } = table.component(loudest.component);
  const slotName = names.slotName(slot);
  return {
    kind: part.kind,
    environment,
    namespace: part.kind === 'host' ? '' : namespace,
    service: name,
    ...(part.kind !== 'host' && operation !== undefined && { operation }),
    ...(part.kind === 'instance' && { instance: slotName }),
    ...(part.kind === 'version' && { version: slotName }),
    ...(part.kind === 'host' && { node: slotName }),
    component: partKey(table, loudest),
    share: Math.floor(share * 1000) / 1000,
    cause: causeOf(table, part, because),
    because: because.map((piece) => partKey(table, piece)),
    against: part.evidence
      .filter(({ logBayes }) => logBayes <= -1)
      .slice(0, MOST_NAMED)
      .map((piece) => partKey(table, piece)),
  };
}

/** Own time alone does not show a shortage of CPU, but for a host: several services at once are slow there. */
function causeOf(
  table: ComponentTable,
  { kind, cause }: PartHypothesis,
  because: readonly PartEvidence[],
): SuspectCause {
  const { name } = PART_CAUSES[cause];
  const kinds = because.map(({ component }) => table.kindOf(component));
  if (kind === 'host' && name !== 'network') return name === 'errors' ? 'errors' : 'cpu';
  if (name === 'cpu' && kinds.every((one) => one === 'self')) return 'code';
  if (name === 'code' && kinds[0] === 'error') return 'errors';
  return name;
}

/** The same across windows and restarts. */
export function partFingerprint(table: ComponentTable, { kind, slots, services }: PartHypothesis): string {
  if (kind === 'host') return `host ${hostKey(table, slots[0])}`;
  const service = printService(table.names.serviceIdentity(services[0]));
  return `${kind} ${service} ${table.names.slotName(slots[0])}`;
}
