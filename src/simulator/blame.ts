import type { Suspect } from '../domain/suspect.ts';
import type { FaultTruth } from './fault.ts';

/**
 * Whether `suspect` names what `truth` blames. `service`: the right service (of an instance or version too), for a
 * dependency also its peer, for a host the node. `exact`: the kind, the instance and the version as well.
 */
export function isBlamed(
  truth: FaultTruth,
  suspect: Pick<Suspect, 'kind' | 'service' | 'peer' | 'instance' | 'version' | 'node'>,
  strictness: 'service' | 'exact' = 'service',
): boolean {
  if (strictness === 'exact' && suspect.kind !== truth.kind) return false;
  const sameService = truth.service === '*' || suspect.service === truth.service;
  switch (truth.kind) {
    case 'dependency':
      return sameService && suspect.peer === truth.peer;
    case 'host':
      return suspect.node === truth.node;
    case 'instance':
      return sameService && (strictness === 'service' || suspect.instance === truth.instance);
    case 'version':
      return sameService && (strictness === 'service' || suspect.version === truth.version);
    case 'service':
      return sameService && suspect.kind !== 'dependency';
  }
}
