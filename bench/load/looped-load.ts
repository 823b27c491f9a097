import { at, encodeOtlpProto, simulate } from '../../src/simulator/index.ts';
import { type SpanPlaces, spanPlaces } from './proto-places.ts';

export interface LoopedLoadOptions {
  readonly seed: number;
  /** Of the shop that is drawn once and then sent again and again, moved in time, with trace ids of its own each time. */
  readonly tracesPerSecond: number;
  readonly loopSeconds: number;
  readonly spansPerRequest?: number;
}

/** Load that costs its sender next to nothing: half a million spans a second can be moved in time on one core. */
export interface LoopedLoad {
  readonly spansPerSecond: number;
  /** Spans of `requests(second, ...)`. */
  spansIn(second: number): number;
  /** Requests with the spans that end in the second that begins at `startMs`, which is the `second`-th of all. Valid until the next call. */
  requests(second: number, startMs: number): readonly Uint8Array[];
}

interface Payload {
  readonly bytes: Uint8Array;
  readonly view: DataView;
  readonly places: SpanPlaces;
  /** As drawn: halves of the nanoseconds, and the last word of the trace id. */
  readonly start: Uint32Array;
  readonly end: Uint32Array;
  readonly traceWord: Uint32Array;
}

/** Where the drawn seconds begin. */
const DRAWN_MS = Date.UTC(2026, 0, 1);
/** A trace that begins in the last drawn second has ended by then: background work included. */
const TAIL_SECONDS = 60;
const SPANS_PER_REQUEST = 512;
const WORD = 2 ** 32;

export function createLoopedLoad(options: LoopedLoadOptions): LoopedLoad {
  const { seed, tracesPerSecond, loopSeconds, spansPerRequest = SPANS_PER_REQUEST } = options;
  const script = at(loopSeconds).traffic(0, TAIL_SECONDS * 2);
  const simulation = simulate({ seed, startMs: DRAWN_MS, tracesPerSecond, script });
  const batch = simulation.newBatch();
  const seconds: Payload[][] = [];
  let spans = 0;
  for (let second = 0; second < loopSeconds + TAIL_SECONDS; second++) {
    batch.clear();
    simulation.second(second, batch);
    if (second < loopSeconds) spans += batch.length;
    const payloads: Payload[] = [];
    for (let from = 0; from < batch.length; from += spansPerRequest) {
      const range = { from, to: Math.min(batch.length, from + spansPerRequest), detail: 'typical' } as const;
      payloads.push(payloadOf(encodeOtlpProto(batch, range)));
    }
    seconds.push(payloads);
  }
  /** What is drawn behind the loop's end belongs to traces of the loops before. */
  const due = (second: number): { payload: Payload; drawn: number }[] =>
    seconds.flatMap((payloads, drawn) =>
      drawn <= second && (second - drawn) % loopSeconds === 0
        ? payloads.map((payload) => ({ payload, drawn }))
        : [],
    );
  return {
    spansPerSecond: spans / loopSeconds,
    spansIn: (second) => due(second).reduce((sum, { payload }) => sum + payload.traceWord.length, 0),
    requests: (second, startMs) =>
      due(second).map(({ payload, drawn }) => {
        move(payload, startMs - (DRAWN_MS + drawn * 1000), (second - drawn) / loopSeconds);
        return payload.bytes;
      }),
  };
}

function payloadOf(encoded: Uint8Array): Payload {
  const bytes = Buffer.from(encoded);
  const view = new DataView(bytes.buffer, bytes.byteOffset, bytes.byteLength);
  const places = spanPlaces(bytes);
  const halves = (at: Int32Array): Uint32Array =>
    Uint32Array.from(
      [...at].flatMap((offset) => [view.getUint32(offset, true), view.getUint32(offset + 4, true)]),
    );
  return {
    bytes,
    view,
    places,
    start: halves(places.start),
    end: halves(places.end),
    traceWord: Uint32Array.from([...places.traceId].map((offset) => view.getUint32(offset + 12))),
  };
}

/** Moves a payload's spans by `ms`, and gives their traces ids of this loop. */
function move({ view, places, start, end, traceWord }: Payload, ms: number, loop: number): void {
  const ns = BigInt(ms) * 1_000_000n;
  const low = Number(BigInt.asUintN(32, ns));
  const high = Number(BigInt.asUintN(32, ns >> 32n));
  for (let i = 0; i < traceWord.length; i++) {
    view.setUint32(places.traceId[i] + 12, (traceWord[i] ^ loop) >>> 0);
    add(view, places.start[i], start, i, low, high);
    add(view, places.end[i], end, i, low, high);
  }
}

function add(view: DataView, at: number, drawn: Uint32Array, i: number, low: number, high: number): void {
  const sum = drawn[i * 2] + low;
  view.setUint32(at, sum >>> 0, true);
  view.setUint32(at + 4, (drawn[i * 2 + 1] + high + (sum >= WORD ? 1 : 0)) >>> 0, true);
}
