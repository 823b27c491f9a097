import { wordsToHex } from '../domain/ids.ts';
import type { Names } from '../domain/names.ts';
import { SpanFlag, SpanKind } from '../domain/span-batch.ts';
import { WINDOW_MS } from '../domain/summary.ts';
import type { Trace } from '../domain/trace.ts';
import type { Broken } from './judge.ts';
import type { Rule } from './port.ts';
import { type Seat, seatOf } from './scope.ts';
import { Series, type SeriesState } from './series.ts';
import { addRequest, addTally, emptyTally, type Tally } from './tally.ts';

/** A rule that is broken for one seat, as of a sealed window. */
export interface Breach extends Broken {
  readonly rule: Rule;
  readonly seat: Seat;
  readonly sinceMs: number;
  /** End of the window. */
  readonly toMs: number;
  /** The longest, or one that was bad. */
  readonly traceId?: string;
}

interface OpenTally extends Tally {
  traceId?: string;
  longestUs: number;
}

export interface RuleEngineState {
  readonly sealedMs: number;
  readonly series: readonly (readonly [rule: string, key: string, seat: Seat, state: SeriesState])[];
  readonly open: readonly (readonly [
    startMs: number,
    tallies: readonly (readonly [string, string, OpenTally])[],
  ])[];
}

/** All series together take no more than this. */
const MOST_BYTES = 32 * 1024 * 1024;
/** Windows further ahead than these are not believed: they count in the oldest that is open. */
const MOST_OPEN = 512;

interface Followed {
  readonly rule: Rule;
  readonly series: Map<string, Series>;
}

/**
 * The static rules: counts the requests that enter services, by rule and seat, and judges them when a window is sealed. A
 * request is a span with which one enters a service: of kind server or consumer, a root, or a child of another service's
 * span. Needs no model. Deterministic; time is that of spans.
 */
export class RuleEngine {
  /** Series that memory had no room for. */
  overflowed = 0;
  readonly #followed: readonly Followed[];
  readonly #names: Names;
  /** By operation number: what its requests count in. */
  readonly #seriesOf: (
    readonly { readonly of: Followed; readonly key: string; readonly series: Series }[] | undefined
  )[] = [];
  readonly #open = new Map<number, Map<Series, OpenTally>>();
  /** End of the window sealed last. */
  #sealedMs = -1;
  #bytes = 0;

  constructor(rules: readonly Rule[], names: Names) {
    this.#followed = rules.map((rule) => ({ rule, series: new Map() }));
    this.#names = names;
  }

  /** A measured trace; borrows it. */
  add(trace: Trace): void {
    let window: Map<Series, OpenTally> | undefined;
    for (let i = 0; i < trace.spanCount; i++) {
      if (!entersService(trace, i)) continue;
      const counted = (this.#seriesOf[trace.operation[i]] ??= this.#find(trace.operation[i]));
      if (counted.length === 0) continue;
      window ??= this.#windowOf(trace.latestEndUs / 1000);
      const us = Math.max(0, trace.endUs[i] - trace.startUs[i]);
      const failed = (trace.flags[i] & SpanFlag.Error) !== 0;
      for (const { of, series } of counted) {
        const slow = of.rule.type === 'burn-rate' && us > (of.rule.slowerThanUs ?? Number.POSITIVE_INFINITY);
        const request = { us, weight: trace.weight[i], bad: failed || slow };
        count(window, series, { trace, request });
      }
    }
  }

  /** The window from `startMs` is sealed: what is broken as of its end. */
  seal(startMs: number): readonly Breach[] {
    const exemplars = new Map<Series, string>();
    for (const [at, tallies] of this.#open) {
      if (at > startMs) continue;
      this.#open.delete(at);
      for (const [series, tally] of tallies) {
        series.take(at, tally);
        if (tally.traceId !== undefined) exemplars.set(series, tally.traceId);
      }
    }
    const toMs = startMs + WINDOW_MS;
    this.#sealedMs = toMs;
    const breaches: Breach[] = [];
    for (const { rule, series } of this.#followed) {
      for (const [key, one] of series) {
        if (one.isOver(toMs)) {
          this.#forget(rule, series, key);
          continue;
        }
        const broken = one.judge(toMs, WINDOW_MS);
        const traceId = exemplars.get(one);
        if (broken !== undefined)
          breaches.push({ ...broken, rule, seat: one.seat, toMs, ...(traceId !== undefined && { traceId }) });
      }
    }
    return breaches;
  }

  snapshot(): RuleEngineState {
    const keys = new Map<Series, readonly [string, string]>();
    const series = this.#followed.flatMap(({ rule, series: known }) =>
      [...known].map(([key, one]) => {
        keys.set(one, [rule.name, key]);
        return [signatureOf(rule), key, one.seat, one.snapshot()] as const;
      }),
    );
    const open = [...this.#open].map(
      ([at, tallies]) =>
        [
          at,
          [...tallies].flatMap(([one, tally]) => {
            const key = keys.get(one);
            return key === undefined ? [] : [[key[0], key[1], tally] as const];
          }),
        ] as const,
    );
    return { sealedMs: this.#sealedMs, series, open };
  }

  /** What was counted for rules that are as they were; of others nothing is known. */
  restore({ sealedMs, series, open }: RuleEngineState): void {
    this.#sealedMs = sealedMs;
    for (const [signature, key, seat, state] of series) {
      const of = this.#followed.find(({ rule }) => signatureOf(rule) === signature);
      if (of !== undefined) this.#series(of, key, seat)?.restore(state);
    }
    for (const [at, tallies] of open) {
      const window = new Map<Series, OpenTally>();
      for (const [name, key, tally] of tallies) {
        const one = this.#followed.find(({ rule }) => rule.name === name)?.series.get(key);
        if (one === undefined) continue;
        const own: OpenTally = { ...emptyTally(one.needsHistogram), longestUs: tally.longestUs };
        addTally(own, tally);
        window.set(one, { ...own, ...(tally.traceId !== undefined && { traceId: tally.traceId }) });
      }
      this.#open.set(at, window);
    }
  }

  #find(operation: number) {
    const service = this.#names.serviceIdentity(this.#names.serviceOf(operation));
    const name = this.#names.operationName(operation);
    return this.#followed.flatMap((of) => {
      const seat = seatOf(of.rule.scope, service, name);
      if (seat === undefined) return [];
      const key = JSON.stringify([seat.environment, seat.namespace, seat.name, seat.operation]);
      const series = this.#series(of, key, seat);
      return series === undefined ? [] : [{ of, key, series }];
    });
  }

  #series({ rule, series }: Followed, key: string, seat: Seat): Series | undefined {
    const known = series.get(key);
    if (known !== undefined) return known;
    const bytes = Series.bytesOf(rule);
    if (this.#bytes + bytes > MOST_BYTES) {
      this.overflowed++;
      return undefined;
    }
    this.#bytes += bytes;
    const made = new Series(rule, seat);
    series.set(key, made);
    return made;
  }

  /** Its operations are looked up anew when they come again. */
  #forget(rule: Rule, series: Map<string, Series>, key: string): void {
    const gone = series.get(key);
    series.delete(key);
    this.#bytes -= Series.bytesOf(rule);
    this.#seriesOf.forEach((counted, operation) => {
      if (counted?.some((one) => one.series === gone) === true) this.#seriesOf[operation] = undefined;
    });
  }

  #windowOf(endMs: number): Map<Series, OpenTally> {
    const oldest = this.#sealedMs;
    let startMs = Math.floor(endMs / WINDOW_MS) * WINDOW_MS;
    if (oldest >= 0 && (startMs < oldest || startMs > oldest + MOST_OPEN * WINDOW_MS)) startMs = oldest;
    let window = this.#open.get(startMs);
    if (window === undefined) this.#open.set(startMs, (window = new Map<Series, OpenTally>()));
    return window;
  }
}

function count(
  window: Map<Series, OpenTally>,
  series: Series,
  { trace, request }: { readonly trace: Trace; readonly request: Parameters<typeof addRequest>[1] },
): void {
  let tally = window.get(series);
  if (tally === undefined)
    window.set(series, (tally = { ...emptyTally(series.needsHistogram), longestUs: -1 }));
  addRequest(tally, request);
  // A bad one shows it better than a long one.
  const rank = request.us + (request.bad ? 1e15 : 0);
  if (rank <= tally.longestUs) return;
  tally.longestUs = rank;
  tally.traceId = wordsToHex(trace.traceId, 0, 4);
}

function entersService(trace: Trace, i: number): boolean {
  const kind = trace.kind[i];
  if (kind === SpanKind.Server || kind === SpanKind.Consumer) return true;
  if (kind === SpanKind.Client || kind === SpanKind.Producer) return false;
  const parent = trace.parent[i];
  return parent < 0 || trace.service[parent] !== trace.service[i];
}

/** What a series' past depends on; figures that are only compared may change. */
function signatureOf(rule: Rule): string {
  const { name, type, scope } = rule;
  switch (rule.type) {
    case 'threshold':
    case 'period':
      return JSON.stringify([
        name,
        type,
        scope,
        rule.measure,
        rule.windowMs,
        'period' in rule && rule.period,
      ]);
    case 'burn-rate':
      return JSON.stringify([
        name,
        type,
        scope,
        rule.slowerThanUs,
        rule.windows.map((w) => [w.longMs, w.shortMs]),
      ]);
  }
}
