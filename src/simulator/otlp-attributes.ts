import type { SpanBatch } from '../domain/span-batch.ts';
import { SHOP } from './shop.ts';
import type { PeerSpec } from './topology.ts';

/** Attribute names by OpenTelemetry's semantic conventions, as far as a batch knows their values. */
export type Attribute = readonly [key: string, value: string | number];

export interface EncodeOptions {
  /** Spans [from, to) of the batch; all when absent. */
  readonly from?: number;
  readonly to?: number;
  /**
   * `lean` writes what makes the batch again; `typical` adds what agents usually send besides and nobody here reads
   * (URL, route, thread, user agent), for benchmarks that must not flatter a decoder.
   */
  readonly detail?: 'lean' | 'typical';
  /** By which `db.system.name` and `messaging.system` are told; the shop's when absent. */
  readonly peers?: readonly PeerSpec[];
}

/** Spans of one process, in their order: what OTLP puts under one resource. */
export interface ResourceGroup {
  readonly spans: readonly number[];
}

export function groupByResource(batch: SpanBatch, from: number, to: number): ResourceGroup[] {
  const groups = new Map<string, number[]>();
  for (let i = from; i < to; i++) {
    const key = `${batch.service[i]},${batch.instance[i]},${batch.version[i]},${batch.node[i]}`;
    const group = groups.get(key);
    if (group === undefined) groups.set(key, [i]);
    else group.push(i);
  }
  return [...groups.values()].map((spans) => ({ spans }));
}

/** Of the process that made span `i`. */
export function resourceAttributes(batch: SpanBatch, i: number): Attribute[] {
  const { names } = batch;
  const { environment, namespace, name } = names.serviceIdentity(batch.service[i]);
  const attributes: Attribute[] = [
    ['service.name', name],
    ['service.namespace', namespace],
    ['deployment.environment.name', environment],
    ['service.instance.id', names.slotName(batch.instance[i])],
    ['service.version', names.slotName(batch.version[i])],
    ['k8s.node.name', names.slotName(batch.node[i])],
  ];
  return attributes.filter(([, value]) => value !== '');
}

/** What was called, and how it ended. */
export function spanAttributes(batch: SpanBatch, i: number, options: EncodeOptions): Attribute[] {
  const attributes: Attribute[] = [];
  const peer = batch.names.slotName(batch.peer[i]);
  if (peer !== '') attributes.push(...peerAttributes(peer, options.peers ?? SHOP.peers));
  const status = STATUS_ATTRIBUTES[batch.statusClass[i]];
  if (status !== undefined) attributes.push(status);
  if (options.detail === 'typical')
    attributes.push(...typicalAttributes(batch.names.operationName(batch.operation[i])));
  return attributes;
}

function peerAttributes(name: string, peers: readonly PeerSpec[]): Attribute[] {
  const spec = peers.find((peer) => peer.name === name);
  const named: Attribute = ['peer.service', name];
  if (spec === undefined || spec.kind === 'third-party') return [named];
  if (spec.kind === 'queue')
    return [named, ['messaging.system', spec.system], ['messaging.destination.name', name]];
  return [named, ['db.system.name', spec.system]];
}

/** One code for each status class; 13 is gRPC's INTERNAL. */
const STATUS_ATTRIBUTES: readonly (Attribute | undefined)[] = [
  undefined,
  ['http.response.status_code', 101],
  ['http.response.status_code', 200],
  ['http.response.status_code', 302],
  ['http.response.status_code', 404],
  ['http.response.status_code', 500],
  ['rpc.grpc.status_code', 13],
];

function typicalAttributes(operation: string): Attribute[] {
  return [
    ['url.path', `/api/v1/${operation.replace(/[^A-Za-z]+/g, '/').toLowerCase()}`],
    ['http.request.method', 'POST'],
    ['network.protocol.version', '1.1'],
    ['server.address', 'shop.internal'],
    ['server.port', 8080],
    ['user_agent.original', 'shop-client/2.8 (linux; x64)'],
    ['thread.id', 41],
    ['thread.name', 'http-worker-7'],
  ];
}

/** By which the attributes of a span can be kept: they depend on nothing else. */
export function attributesKey(batch: SpanBatch, i: number): number {
  // A status class is below 8, an operation and a peer number below 2^22 by the caps of Names.
  return (batch.operation[i] * 4_194_304 + batch.peer[i]) * 8 + batch.statusClass[i];
}

export interface Nanos {
  readonly high: number;
  readonly low: number;
}

/** Microseconds since 1970 to the two unsigned 32-bit halves of nanoseconds, without a BigInt. */
export function nanosOf(us: number): Nanos {
  const whole = Math.floor(us);
  const fraction = Math.round((us - whole) * 1000);
  const low = (whole % TWO_32) * 1000 + fraction;
  return { high: Math.floor(whole / TWO_32) * 1000 + Math.floor(low / TWO_32), low: low % TWO_32 };
}

const TWO_32 = 4294967296;

/**
 * `ot=th:` of W3C tracestate (OpenTelemetry, "TraceState: probability sampling"): the rejection threshold of a span
 * that stands for `weight`, as a fraction of 2^56 without trailing zeros. Empty for weight 1.
 */
export function traceStateOf(weight: number): string {
  if (!(weight > 1)) return '';
  const threshold = Math.round((1 - 1 / weight) * 2 ** 52);
  const hex = threshold.toString(16).padStart(13, '0').replace(/0+$/, '');
  return hex === '' ? '' : `ot=th:${hex}`;
}
