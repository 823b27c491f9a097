import { byteSource, type ByteSource } from './byte-names.ts';

/** Codes of the parts that name a peer; the order is that of `SpanFacts.peers` bits. */
export const PeerPart = {
  PeerService: 0,
  DbSystem: 1,
  DbName: 2,
  MessagingSystem: 3,
  MessagingDestination: 4,
  ServerAddress: 5,
  NetPeerName: 6,
} as const;

export const PEER_PARTS = 7;

/** Codes of span attributes that are no part of a peer's name. */
export const SpanKey = { HttpStatus: 7, GrpcStatus: 8, Error: 9 } as const;

/**
 * The span attributes that are read, from OpenTelemetry's semantic conventions and the names they had before 1.21
 * (HTTP), 1.25 (databases) and 1.17 (messaging).
 */
export const SPAN_KEYS: readonly (readonly [string, number])[] = [
  ['peer.service', PeerPart.PeerService],
  ['db.system', PeerPart.DbSystem],
  ['db.system.name', PeerPart.DbSystem],
  ['db.name', PeerPart.DbName],
  ['db.namespace', PeerPart.DbName],
  ['messaging.system', PeerPart.MessagingSystem],
  ['messaging.destination', PeerPart.MessagingDestination],
  ['messaging.destination.name', PeerPart.MessagingDestination],
  ['server.address', PeerPart.ServerAddress],
  ['net.peer.name', PeerPart.NetPeerName],
  ['http.response.status_code', SpanKey.HttpStatus],
  ['http.status_code', SpanKey.HttpStatus],
  ['rpc.grpc.status_code', SpanKey.GrpcStatus],
  ['error', SpanKey.Error],
];

/** Codes of what is read of a resource. */
export const ResourcePart = {
  ServiceName: 0,
  ServiceNamespace: 1,
  Environment: 2,
  OldEnvironment: 3,
  Version: 4,
  InstanceId: 5,
  Pod: 6,
  Host: 7,
  Node: 8,
  FirstOwner: 9,
  SecondOwner: 10,
  ThirdOwner: 11,
  FourthOwner: 12,
} as const;

export const RESOURCE_PARTS = 13;

/** Besides the attributes that name an owner, which the configuration says: `resourceReading`. */
export const RESOURCE_KEYS: readonly (readonly [string, number])[] = [
  ['service.name', ResourcePart.ServiceName],
  ['service.namespace', ResourcePart.ServiceNamespace],
  ['deployment.environment.name', ResourcePart.Environment],
  ['deployment.environment', ResourcePart.OldEnvironment],
  ['service.version', ResourcePart.Version],
  ['service.instance.id', ResourcePart.InstanceId],
  ['k8s.pod.name', ResourcePart.Pod],
  ['host.name', ResourcePart.Host],
  ['k8s.node.name', ResourcePart.Node],
];

/** Where each name of a resource is looked for, best first. */
export const ENVIRONMENT_PARTS = [ResourcePart.Environment, ResourcePart.OldEnvironment] as const;
export const VERSION_PARTS = [ResourcePart.Version] as const;
export const INSTANCE_PARTS = [ResourcePart.InstanceId, ResourcePart.Pod, ResourcePart.Host] as const;
export const NODE_PARTS = [ResourcePart.Node, ResourcePart.Host] as const;
export const OWNER_PARTS = [
  ResourcePart.FirstOwner,
  ResourcePart.SecondOwner,
  ResourcePart.ThirdOwner,
  ResourcePart.FourthOwner,
] as const;

/**
 * Finds a key among few by its bytes. Length, first and last byte together are different for nearly all keys of a table, so
 * that there is one candidate, seldom two (attributes that a configuration names), and none for nearly all others.
 */
export class KeyTable {
  /** Number of the entry plus one, by `placeOf`. */
  readonly #candidates = new Uint8Array(128 * 128);
  readonly #words: readonly Int32Array[];
  readonly #codes: Int32Array;
  /** Number of the next entry of the same place plus one. */
  readonly #next: Int32Array;

  constructor(keys: readonly (readonly [string, number])[]) {
    this.#words = keys.map(([key]) => wordsOf(key));
    this.#codes = Int32Array.from(keys, ([, code]) => code);
    this.#next = new Int32Array(keys.length);
    for (const [i, [key]] of keys.entries()) {
      const place = placeOf(key.length, key.charCodeAt(0), key.charCodeAt(key.length - 1));
      this.#next[i] = this.#candidates[place];
      this.#candidates[place] = i + 1;
    }
  }

  /** False means that the bytes [from, to), at least one and at most 127, are none of the keys. */
  mayHave(bytes: Uint8Array, from: number, to: number): boolean {
    return this.#candidates[placeOf(to - from, bytes[from], bytes[to - 1])] !== 0;
  }

  /** The code of the key at [from, to), or -1. */
  find(source: ByteSource, from: number, to: number): number {
    const length = to - from;
    if (length > 127 || length === 0) return -1;
    let entry = this.#candidates[placeOf(length, source.bytes[from], source.bytes[to - 1])] - 1;
    while (entry >= 0) {
      if (isAt(source.view, this.#words[entry], from, to)) return this.#codes[entry];
      entry = this.#next[entry] - 1;
    }
    return -1;
  }
}

function isAt(view: DataView, words: Int32Array, from: number, to: number): boolean {
  const last = words.length - 1;
  for (let i = 0; i < last; i++) if (view.getInt32(from + (i << 2), true) !== words[i]) return false;
  return view.getInt32(to - 4, true) === words[last];
}

function placeOf(length: number, first: number, last: number): number {
  return (length << 7) | ((first + 3 * last) & 127);
}

/** Four bytes each; the last are the key's last four and may overlap those before. */
function wordsOf(key: string): Int32Array {
  if (key.length < 4 || key.length > 127) throw new RangeError(`not 4 to 127 bytes: ${key}`);
  const { view } = byteSource(Buffer.from(key, 'latin1'));
  const words: number[] = [];
  for (let at = 0; at + 4 < key.length; at += 4) words.push(view.getInt32(at, true));
  words.push(view.getInt32(key.length - 4, true));
  return Int32Array.from(words);
}
