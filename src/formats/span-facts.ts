import { SpanKind } from '../domain/span-batch.ts';
import { PeerPart } from './known-keys.ts';

/** OTLP status codes. */
export const StatusCode = { Unset: 0, Ok: 1, Error: 2 } as const;

/** What a span says of its outcome, whatever the format; one object a decoder, reset for each span (hot path). */
export class SpanFacts {
  kind = 0;
  statusCode = 0;
  /** 100 to 599; 0 when unknown. */
  httpStatus = 0;
  /** 0 to 16; -1 when unknown. */
  grpcStatus = -1;
  errorTag = false;
  escapedException = false;
  /** Bits by `PeerPart`: which parts of a peer's name are there. */
  peers = 0;

  reset(): void {
    this.kind = 0;
    this.statusCode = 0;
    this.httpStatus = 0;
    this.grpcStatus = -1;
    this.errorTag = false;
    this.escapedException = false;
    this.peers = 0;
  }

  setHttpStatus(code: number): void {
    if (code >= 100 && code <= 599) this.httpStatus = Math.trunc(code);
  }

  setGrpcStatus(code: number): void {
    if (code >= 0 && code <= 16) this.grpcStatus = Math.trunc(code);
  }
}

/**
 * Whether the span failed by its own account. An explicit status decides (OTel trace API, "Set Status": Ok is final,
 * so nothing is inferred against it), and so does an `error` tag (OpenTracing). With the status unset: HTTP 5xx; a
 * gRPC code by the RPC conventions (a client: any but OK; a server: UNKNOWN, DEADLINE_EXCEEDED, UNIMPLEMENTED,
 * INTERNAL, UNAVAILABLE, DATA_LOSS); an exception event, only if it says that the exception escaped the span (one
 * that was caught and handled is no failure). HTTP 4xx is nobody's failure here: SDKs set the status where it is one.
 */
export function hasFailed(facts: SpanFacts): boolean {
  if (facts.statusCode === StatusCode.Error || facts.errorTag) return true;
  if (facts.statusCode === StatusCode.Ok) return false;
  if (facts.httpStatus >= 500 || facts.escapedException) return true;
  if (facts.grpcStatus <= 0) return false;
  return facts.kind === SpanKind.Client || ((SERVER_ERRORS >>> facts.grpcStatus) & 1) === 1;
}

const SERVER_ERRORS = (1 << 2) | (1 << 4) | (1 << 12) | (1 << 13) | (1 << 14) | (1 << 15);

/** `SpanBatch.statusClass`: 1 to 5 for HTTP, 6 for a gRPC code other than OK, 0 when unknown. */
export function statusClassOf(facts: SpanFacts): number {
  if (facts.httpStatus > 0) return (facts.httpStatus / 100) | 0;
  return facts.grpcStatus > 0 ? 6 : 0;
}

/** Which part names the peer, or -1: only for who calls out (or may, when the kind is not said). */
export function peerPart(facts: SpanFacts): number {
  const present = facts.peers;
  if (present === 0) return -1;
  const calls = facts.kind === SpanKind.Client || facts.kind === SpanKind.Producer;
  if (!calls && facts.kind !== SpanKind.Unspecified) return -1;
  if (present & (1 << PeerPart.PeerService)) return PeerPart.PeerService;
  if (present & (1 << PeerPart.DbSystem)) return PeerPart.DbSystem;
  if (!calls) return -1;
  if (present & (1 << PeerPart.MessagingSystem)) return PeerPart.MessagingSystem;
  if (present & (1 << PeerPart.ServerAddress)) return PeerPart.ServerAddress;
  if (present & (1 << PeerPart.NetPeerName)) return PeerPart.NetPeerName;
  return -1;
}

/** The part that is added to `part` after a colon (`mysql:orders`), if present; else -1. */
export function peerDetail(facts: SpanFacts, part: number): number {
  const detail =
    part === PeerPart.DbSystem
      ? PeerPart.DbName
      : part === PeerPart.MessagingSystem
        ? PeerPart.MessagingDestination
        : -1;
  return detail >= 0 && (facts.peers & (1 << detail)) !== 0 ? detail : -1;
}
