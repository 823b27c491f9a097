import { describe, expect, it } from 'vitest';
import { Blindness } from '../../src/app/blindness.ts';
import { Flow } from '../../src/app/flow.ts';
import { NO_MODEL } from '../../src/app/model.ts';
import { verdictOptions } from '../../src/app/verdict-options.ts';
import { createVocabulary } from '../../src/app/vocabulary.ts';
import { parseConfig } from '../../src/config/index.ts';
import { SpanBatch, SpanFlag, SpanKind } from '../../src/domain/span-batch.ts';
import { createMetrics, createRandom, ManualClock, silentLogger } from '../../src/runtime/index.ts';
import { openSqliteStore } from '../../src/store/index.ts';

const START_MS = Date.UTC(2026, 4, 1, 12);
const RULES = `
rules:
  - { name: errors, type: threshold, service: pay, measure: error-ratio, above: 0.2, severity: P0, forMs: 0, minRequests: 5 }
`;

/** Two services, one of which breaks a rule and falls silent, as a process lives through it by the wall clock. */
function life() {
  const outcome = parseConfig(RULES, 'test');
  if (!outcome.ok) throw new Error('a test of a wrong configuration');
  const { config } = outcome;
  const vocabulary = createVocabulary(config.names);
  const { names } = vocabulary;
  const clock = new ManualClock(START_MS);
  const told: string[] = [];
  const flow = new Flow(vocabulary, NO_MODEL, {
    ...{ clock: 'wall', now: () => clock.now(), assemble: config.assemble, verdicts: verdictOptions(config) },
    onEvent: (_, { type }) => void (type === 'updated' || told.push(type)),
  });
  const blindness = new Blindness(
    {
      ...{ names, flow, messages: () => [], wake: () => undefined, refusing: () => false },
      store: openSqliteStore({ path: ':memory:' }, { clock }),
      resolveAfterMs: config.incident.resolveAfterMs,
    },
    { clock, logger: silentLogger(), metrics: createMetrics(), random: createRandom(1) },
  );
  let spans = 0;
  const span = (batch: SpanBatch, name: string, failing: boolean): void => {
    const service = names.service({ environment: '', namespace: '', name });
    const at = batch.push();
    batch.traceId.set([7, 7, 7, ++spans], at * 4);
    batch.spanId.set([1, spans], at * 2);
    batch.service[at] = service;
    batch.operation[at] = names.operation(service, 'POST /');
    batch.kind[at] = SpanKind.Server;
    batch.flags[at] = failing ? SpanFlag.Error : 0;
    batch.startUs[at] = clock.now() * 1000;
    batch.durationUs[at] = 100_000;
  };
  const live = async (seconds: number, services: Record<string, boolean>): Promise<void> => {
    for (let s = 0; s < seconds; s++) {
      const batch = new SpanBatch(names);
      for (const [name, failing] of Object.entries(services)) {
        span(batch, name, failing);
        span(batch, name, failing);
      }
      blindness.arrived({ source: 'otlp', batch });
      flow.accept({ source: 'otlp', batch });
      clock.advance(1000);
      await Promise.resolve();
    }
  };
  return { blindness, told, live };
}

describe("a rule's incident", () => {
  it('does not resolve by the silence of its service, and does by calm that is seen', async () => {
    const { blindness, told, live } = life();
    await blindness.start();
    await live(700, { pay: false, cart: false });
    await live(120, { pay: true, cart: false });
    expect(told).toEqual(['opened']);
    await live(900, { cart: false });
    expect(told).toEqual(['opened']);
    await live(300, { pay: false, cart: false });
    expect(told).toEqual(['opened', 'resolved']);
    await blindness.shutdown();
  });
});
