import { COMPONENT_KINDS, type Component, type ComponentKind } from './component.ts';
import type { ServiceIdentity } from './service-identity.ts';

/**
 * The one grammar of component keys, its printer and its parser (docs/detection.md shows it to people):
 *
 *     key       = kind "(" owner ")" [ "[" slot "=" text { "," slot "=" text } "]" ]
 *     owner     = service "," operation            self, total, error, outlier, shape, traffic
 *               | service "->" peer                dependency
 *               | service "->" service "," op      request, response, queue
 *               | service "," op "->" service "," op   calls
 *     service   = name [ "@" environment "/" namespace ]
 *     slot      = "instance" | "version" | "node"
 *
 * Reserved characters inside a text (`% , ( ) [ ] @ / = >` as far as they could be misread, and controls) are
 * percent-encoded UTF-8. `parseComponent(printComponent(c))` equals `c`.
 */
export function printComponent(component: Component): string {
  return `${component.kind}(${printOwner(component)})${printSlots(component)}`;
}

/** Throws a `SyntaxError` that quotes the key when it does not follow the grammar. */
export function parseComponent(key: string): Component {
  const match = /^([a-z]+)\(([^()]*)\)(?:\[([^[\]]*)\])?$/.exec(key);
  if (match === null || !isKind(match[1]))
    throw new SyntaxError(`not a component key: ${JSON.stringify(key)}`);
  const owner = parseOwner(match[1], match[2]);
  if (owner === undefined) throw new SyntaxError(`not a component key: ${JSON.stringify(key)}`);
  return { kind: match[1], ...owner, ...parseSlots(match[3]) };
}

/** The key without its slots: the component of all pods together. A key that has none is returned as it is. */
export function withoutSlots(key: string): string {
  const at = key.lastIndexOf('[');
  return at < 0 ? key : key.slice(0, at);
}

export function printService(identity: ServiceIdentity): string {
  const name = escapeService(identity.name);
  if (identity.environment === '' && identity.namespace === '') return name;
  return `${name}@${escapeService(identity.environment)}/${escapeService(identity.namespace)}`;
}

function printOwner(c: Component): string {
  const service = printService(c.service);
  switch (c.kind) {
    case 'dependency':
      return `${service} -> ${escapeText(c.peer ?? '')}`;
    case 'request':
    case 'response':
    case 'queue':
      return `${service} -> ${printCallee(c)}`;
    case 'calls':
      return `${service}, ${escapeText(c.operation ?? '')} -> ${printCallee(c)}`;
    default:
      return `${service}, ${escapeText(c.operation ?? '')}`;
  }
}

function printCallee(c: Component): string {
  const callee = c.callee ?? { environment: '', namespace: '', name: '' };
  return `${printService(callee)}, ${escapeText(c.calleeOperation ?? '')}`;
}

function printSlots(c: Component): string {
  const slots: string[] = [];
  if (c.instance !== undefined) slots.push(`instance=${escapeText(c.instance)}`);
  if (c.version !== undefined) slots.push(`version=${escapeText(c.version)}`);
  if (c.node !== undefined) slots.push(`node=${escapeText(c.node)}`);
  return slots.length === 0 ? '' : `[${slots.join(',')}]`;
}

function parseOwner(kind: ComponentKind, text: string): Omit<Component, 'kind'> | undefined {
  const sides = text.split(' -> ');
  const isBetween = kind === 'request' || kind === 'response' || kind === 'queue';
  const withCallee = isBetween || kind === 'calls';
  if (sides.length !== (withCallee || kind === 'dependency' ? 2 : 1)) return undefined;
  const withOperation = kind !== 'dependency' && !isBetween;
  const left = withOperation ? parsePair(sides[0]) : { service: parseService(sides[0]) };
  if (left === undefined) return undefined;
  if (kind === 'dependency') return { ...left, peer: unescape(sides[1]) };
  if (!withCallee) return left;
  const right = parsePair(sides[1]);
  if (right === undefined) return undefined;
  return { ...left, callee: right.service, calleeOperation: right.operation };
}

function parsePair(text: string): { service: ServiceIdentity; operation: string } | undefined {
  const comma = text.indexOf(', ');
  if (comma < 0) return undefined;
  return { service: parseService(text.slice(0, comma)), operation: unescape(text.slice(comma + 2)) };
}

function parseService(text: string): ServiceIdentity {
  const at = text.indexOf('@');
  if (at < 0) return { environment: '', namespace: '', name: unescape(text) };
  const slash = text.indexOf('/', at);
  return {
    environment: unescape(slash < 0 ? text.slice(at + 1) : text.slice(at + 1, slash)),
    namespace: slash < 0 ? '' : unescape(text.slice(slash + 1)),
    name: unescape(text.slice(0, at)),
  };
}

interface Slots {
  instance?: string;
  version?: string;
  node?: string;
}

function parseSlots(text: string | undefined): Slots {
  const slots: Slots = {};
  for (const part of text === undefined || text === '' ? [] : text.split(',')) {
    const equals = part.indexOf('=');
    const name = part.slice(0, equals);
    if (name !== 'instance' && name !== 'version' && name !== 'node')
      throw new SyntaxError(`not a slot: ${JSON.stringify(part)}`);
    slots[name] = unescape(part.slice(equals + 1));
  }
  return slots;
}

function isKind(text: string): text is ComponentKind {
  return (COMPONENT_KINDS as readonly string[]).includes(text);
}

// eslint-disable-next-line no-control-regex -- controls are among what must not stand in a key
const RESERVED = /[%,()[\]=>\u0000-\u001f\u007f]/g;

function escapeText(text: string): string {
  return text.toWellFormed().replace(RESERVED, encodeURIComponentStrict);
}

function escapeService(text: string): string {
  return escapeText(text).replace(/[@/]/g, encodeURIComponentStrict);
}

function encodeURIComponentStrict(character: string): string {
  return `%${character.charCodeAt(0).toString(16).toUpperCase().padStart(2, '0')}`;
}

function unescape(text: string): string {
  return text.replace(/%([0-9A-F]{2})/g, (_, hex: string) => String.fromCharCode(Number.parseInt(hex, 16)));
}
