import type { Static } from '@sinclair/typebox';
import { printService } from '../domain/component-grammar.ts';
import type { ComponentKind } from '../domain/component.ts';
import type { Incident } from '../domain/incident.ts';
import type { ServiceIdentity } from '../domain/service-identity.ts';
import type { ComponentNow } from '../history/port.ts';
import type { serviceMapSchema, serviceSchema } from './schemas/component.ts';
import { parseNow, type ParsedNow, SuspectIndex, sumUp } from './service-health.ts';

/** More edges are no map; the least used are left out and counted. */
const MOST_EDGES = 1_000;

interface Gathered {
  readonly identity: ServiceIdentity;
  readonly own: ParsedNow[];
}

/** All services that are known now, by name. */
export function servicesOf(
  now: readonly ComponentNow[],
  open: readonly Incident[],
): Static<typeof serviceSchema>[] {
  const suspects = new SuspectIndex(open);
  return [...gather(parseNow(now)).entries()]
    .map(([service, { identity, own }]) => ({
      service,
      ...identity,
      components: own.length,
      learned: own.filter((one) => one.now.expected !== undefined).length,
      ...sumUp(partsOf(own), suspects.service(identity)),
    }))
    .toSorted((a, b) => (a.service < b.service ? -1 : 1));
}

/** Who calls whom, by the calls that were seen: services, and what emits no spans of its own. */
export function serviceMapOf(
  now: readonly ComponentNow[],
  open: readonly Incident[],
): Static<typeof serviceMapSchema> {
  const suspects = new SuspectIndex(open);
  const parsed = parseNow(now);
  const services = [...gather(parsed).entries()].map(([id, { identity, own }]) => ({
    id,
    kind: 'service' as const,
    name: identity.name,
    ...sumUp(partsOf(own), suspects.service(identity)),
  }));
  const dependencies = parsed
    .filter(({ component }) => component.kind === 'dependency')
    .map(({ now: one, component: { service, peer = '' } }) => ({
      from: printService(service),
      id: `${printService(service)} -> ${peer}`,
      name: peer,
      called: sumUp({ timing: [one], failing: [], all: [one] }, suspects.dependency(service, peer)),
    }));
  const edges = [
    ...callEdges(parsed, suspects),
    ...dependencies.map(({ from, id, called }) => ({ from, to: id, ...called })),
  ].toSorted((a, b) => b.ratePerSecond - a.ratePerSecond);
  return {
    nodes: [
      ...services,
      ...dependencies.map(({ id, name, called }) => ({ id, kind: 'dependency' as const, name, ...called })),
    ],
    edges: edges.slice(0, MOST_EDGES),
    omitted: Math.max(0, edges.length - MOST_EDGES),
  };
}

function gather(parsed: readonly ParsedNow[]): Map<string, Gathered> {
  const services = new Map<string, Gathered>();
  const of = (identity: ServiceIdentity): Gathered => {
    const key = printService(identity);
    const known = services.get(key);
    if (known !== undefined) return known;
    const fresh: Gathered = { identity, own: [] };
    services.set(key, fresh);
    return fresh;
  };
  for (const one of parsed) {
    of(one.component.service).own.push(one);
    if (one.component.callee !== undefined) of(one.component.callee);
  }
  return services;
}

/** A service by its own time and its own failures; what it waits for is the edge's. */
function partsOf(own: readonly ParsedNow[]): Parameters<typeof sumUp>[0] {
  const of = (kind: string): ComponentNow[] =>
    own.filter(({ component }) => component.kind === kind).map(({ now }) => now);
  const [timing, failing] = [of('self'), of('error')];
  return { timing, failing, all: [...timing, ...failing] };
}

interface Edge {
  readonly from: ServiceIdentity;
  readonly to: ServiceIdentity;
  readonly request: ComponentNow[];
  readonly response: ComponentNow[];
  readonly calls: ComponentNow[];
  readonly operations: Set<string>;
}

/** The way there of a message is how long it lies in the queue. */
const PART_OF_EDGE: Partial<Readonly<Record<ComponentKind, 'request' | 'response' | 'calls'>>> = {
  request: 'request',
  queue: 'request',
  response: 'response',
  calls: 'calls',
};

function callEdges(
  parsed: readonly ParsedNow[],
  suspects: SuspectIndex,
): Static<typeof serviceMapSchema>['edges'] {
  const edges = new Map<string, Edge>();
  const errors = new Map<string, ComponentNow>();
  for (const { now, component } of parsed) {
    const { kind, service, operation, callee, calleeOperation = '' } = component;
    if (kind === 'error') errors.set(`${printService(service)}, ${operation ?? ''}`, now);
    const part = PART_OF_EDGE[kind];
    if (callee === undefined || part === undefined) continue;
    const [from, to] = [printService(service), printService(callee)];
    if (from === to) continue;
    const key = `${from} -> ${to}`;
    const edge = edges.get(key) ?? newEdge(service, callee);
    edges.set(key, edge);
    edge[part].push(now);
    edge.operations.add(`${to}, ${calleeOperation}`);
  }
  return [...edges.values()].map((edge) => {
    const failing = [...edge.operations].flatMap((operation) => errors.get(operation) ?? []);
    return edgeView(edge, failing, suspects);
  });
}

function newEdge(from: ServiceIdentity, to: ServiceIdentity): Edge {
  return { from, to, request: [], response: [], calls: [], operations: new Set() };
}

/** Its latency is the way there and back, without the time of who is called. */
function edgeView(
  { from, to, request, response, calls }: Edge,
  failing: readonly ComponentNow[],
  suspects: SuspectIndex,
): Static<typeof serviceMapSchema>['edges'][number] {
  const there = sumUp(
    { timing: request, failing, all: [...request, ...response, ...calls] },
    suspects.service(to),
  );
  const back = sumUp({ timing: response, failing: [], all: [] }, []);
  const made = calls.reduce((sum, { count, observed }) => sum + count * observed, 0) / 60;
  return {
    from: printService(from),
    to: printService(to),
    ...there,
    ratePerSecond: made > 0 ? made : there.ratePerSecond,
    latency: added(there.latency, back.latency),
  };
}

type Latency = Static<typeof serviceMapSchema>['edges'][number]['latency'];

function added(a: Latency, b: Latency): Latency {
  if (a === null || b === null) return a ?? b;
  const expectedUs = a.expectedUs === null || b.expectedUs === null ? null : a.expectedUs + b.expectedUs;
  return { observedUs: a.observedUs + b.observedUs, expectedUs };
}
