import type { AcceptOutcome, Arrival, SpanSink } from '../../src/domain/arrival.ts';
import { createMetrics, createRandom, createWallClock, silentLogger } from '../../src/runtime/index.ts';
import { type SpanView, spanViews } from '../formats/span-view.ts';

/** Takes what comes, or answers as it is told to. */
export class RecordingSink implements SpanSink {
  outcome: AcceptOutcome = { kind: 'ok' };
  refused = 0;
  readonly spans: SpanView[] = [];
  readonly sources: string[] = [];
  readonly cursors: string[] = [];

  accept(arrival: Arrival): AcceptOutcome {
    if (this.outcome.kind === 'ok') {
      this.spans.push(...spanViews(arrival.batch));
      this.sources.push(arrival.source);
      if (arrival.cursor !== undefined) this.cursors.push(arrival.cursor);
    } else this.refused++;
    return this.outcome;
  }
}

export function testRuntime() {
  const metrics = createMetrics();
  return { clock: createWallClock(), logger: silentLogger(), metrics, random: createRandom(1) };
}
