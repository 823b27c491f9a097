import { type Component, type ComponentKind } from '../domain/component.ts';
import { parseComponent } from '../domain/component-grammar.ts';
import { printable } from '../domain/printable.ts';
import type { ServiceIdentity } from '../domain/service-identity.ts';
import type { Suspect } from '../domain/suspect.ts';
import type { Catalogue, ComponentNames } from './catalogue.ts';

/** A name longer than this hides what is around it; real ones are far shorter. */
const MAX_NAME_LENGTH = 80;

export function shown(name: string): string {
  return printable(name, MAX_NAME_LENGTH);
}

/** `payment`, `payment (production)`, `payment (production/shop)`. */
export function serviceName(identity: ServiceIdentity): string {
  const where = [identity.environment, identity.namespace].map(shown).filter((part) => part !== '');
  const name = shown(identity.name);
  return where.length === 0 ? name : `${name} (${where.join('/')})`;
}

/** A suspect as a person would say it: `payment`, `payment → redis`, `redis` when several wait for it, `payment, instance payment-7f`. */
export function suspectName(suspect: Suspect, texts: Catalogue): string {
  const service = serviceName(identityOf(suspect));
  switch (suspect.kind) {
    case 'dependency':
      if (suspect.peer === undefined) return service;
      return suspect.callers === undefined ? `${service} → ${shown(suspect.peer)}` : shown(suspect.peer);
    case 'instance':
      return suspect.instance === undefined
        ? service
        : texts.suspectName.instance(service, shown(suspect.instance));
    case 'version':
      return suspect.version === undefined
        ? service
        : texts.suspectName.version(service, shown(suspect.version));
    case 'host':
      return suspect.node === undefined ? service : texts.suspectName.host(shown(suspect.node));
    case 'rule':
      return (
        [service, shown(suspect.operation ?? '')].filter((part) => part !== '').join(' ') ||
        texts.rule.everything
      );
    case 'service':
      return service;
  }
}

export function identityOf(suspect: Suspect): ServiceIdentity {
  return { environment: suspect.environment, namespace: suspect.namespace, name: suspect.service };
}

/** A component key in words: "own time of payment Charge". A key that does not parse is shown as it is. */
export function componentInWords(key: string, texts: Catalogue): string {
  const component = componentOf(key);
  if (component === undefined) return shown(key);
  return texts.component[component.kind]({ owner: ownerOf(component), other: otherOf(component) });
}

/** Who calls and what is called, of a component of calls: the operation alone where the call span is its caller's own. */
export function callInWords(key: string): ComponentNames | undefined {
  const component = componentOf(key);
  if (component?.kind !== 'calls') return undefined;
  const own =
    component.callee !== undefined && serviceName(component.callee) === serviceName(component.service);
  return {
    owner: ownerOf(component),
    other: own ? shown(component.calleeOperation ?? '') : otherOf(component),
  };
}

export function componentOf(key: string): Component | undefined {
  try {
    return parseComponent(key);
  } catch {
    return undefined;
  }
}

function ownerOf(component: Component): string {
  const names = [serviceName(component.service), shown(component.operation ?? '')];
  // Of a call between services, the slot is the callee's.
  if (component.callee === undefined) names.push(slotOf(component));
  return names.filter((name) => name !== '').join(' ');
}

function otherOf(component: Component): string {
  if (component.peer !== undefined) return shown(component.peer);
  if (component.callee === undefined) return '';
  const names = [serviceName(component.callee), shown(component.calleeOperation ?? ''), slotOf(component)];
  return names.filter((name) => name !== '').join(' ');
}

function slotOf({ instance, version, node }: Component): string {
  const slot = instance ?? version ?? node;
  return slot === undefined ? '' : `[${shown(slot)}]`;
}

/** Kinds whose value is a time. */
export function isLatency(kind: ComponentKind): boolean {
  return (
    kind === 'self' ||
    kind === 'dependency' ||
    kind === 'request' ||
    kind === 'response' ||
    kind === 'total' ||
    kind === 'queue'
  );
}
