import { type Component } from '../domain/component.ts';
import { printComponent } from '../domain/component-grammar.ts';
import type { Evidence } from '../domain/evidence.ts';
import type { ServiceIdentity } from '../domain/service-identity.ts';
import type { Suspect } from '../domain/suspect.ts';
import { componentOf, identityOf } from './suspect-name.ts';

export interface Placed {
  readonly suspects: readonly Suspect[];
  readonly evidence: readonly Evidence[];
}

/**
 * Where everything is in one environment and namespace, repeating it behind every name hides what matters: the title
 * says it once. What is spread over several places comes back as it is.
 */
export function withoutSharedPlace(placed: Placed): Placed {
  const places = new Set([
    ...placed.suspects.map((suspect) => placeOf(identityOf(suspect))),
    ...placed.evidence.flatMap(({ component }) => servicesOf(component).map(placeOf)),
  ]);
  if (places.size > 1) return placed;
  return {
    suspects: placed.suspects.map((suspect) => ({
      ...suspect,
      environment: '',
      namespace: '',
      component: bare(suspect.component),
      because: suspect.because.map(bare),
      against: suspect.against.map(bare),
      ...(suspect.cleared !== undefined && { cleared: suspect.cleared.map(bare) }),
    })),
    evidence: placed.evidence.map((piece) => ({ ...piece, component: bare(piece.component) })),
  };
}

function placeOf({ environment, namespace }: ServiceIdentity): string {
  return JSON.stringify([environment, namespace]);
}

function servicesOf(key: string): ServiceIdentity[] {
  const component = componentOf(key);
  if (component === undefined) return [];
  return component.callee === undefined ? [component.service] : [component.service, component.callee];
}

function bare(key: string): string {
  const component = componentOf(key);
  if (component === undefined) return key;
  const stripped: Component = {
    ...component,
    service: nameOnly(component.service),
    ...(component.callee === undefined ? {} : { callee: nameOnly(component.callee) }),
  };
  return printComponent(stripped);
}

function nameOnly({ name }: ServiceIdentity): ServiceIdentity {
  return { environment: '', namespace: '', name };
}
