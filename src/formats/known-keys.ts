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
} as const;

export const RESOURCE_PARTS = 9;

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

/** Finds a key among few by its bytes: by length first, then four bytes at a time. */
export class KeyTable {
  readonly #byLength: (readonly KeyEntry[] | undefined)[];

  constructor(keys: readonly (readonly [string, number])[]) {
    const longest = Math.max(...keys.map(([key]) => key.length));
    this.#byLength = Array.from({ length: longest + 1 }, (_, length) => {
      const entries = keys.filter(([key]) => key.length === length);
      return entries.length === 0 ? undefined : entries.map(([key, code]) => keyEntry(key, code));
    });
  }

  /** The code of the key at [from, to), or -1. */
  find(source: ByteSource, from: number, to: number): number {
    const length = to - from;
    if (length >= this.#byLength.length) return -1;
    const entries = this.#byLength[length];
    if (entries === undefined) return -1;
    for (let e = 0; e < entries.length; e++) if (isKey(entries[e], source.view, from)) return entries[e].code;
    return -1;
  }
}

interface KeyEntry {
  /** The last first, where keys of one prefix differ; all but one start at a multiple of four. */
  readonly words: Int32Array;
  readonly offsets: Int32Array;
  readonly code: number;
}

function keyEntry(key: string, code: number): KeyEntry {
  if (key.length < 4) throw new RangeError(`a key of fewer than four bytes: ${key}`);
  const view = byteSource(Buffer.from(key, 'latin1')).view;
  const offsets: number[] = [key.length - 4];
  for (let at = 0; at + 4 < key.length; at += 4) offsets.push(at);
  return {
    words: Int32Array.from(offsets, (at) => view.getInt32(at, true)),
    offsets: Int32Array.from(offsets),
    code,
  };
}

function isKey(entry: KeyEntry, view: DataView, from: number): boolean {
  const { words, offsets } = entry;
  for (let i = 0; i < words.length; i++)
    if (view.getInt32(from + offsets[i], true) !== words[i]) return false;
  return true;
}
