import { describe, expect, it } from 'vitest';
import { blindMessages } from '../../src/app/announce-blind.ts';
import { Blindness } from '../../src/app/blindness.ts';
import { parseConfig } from '../../src/config/index.ts';
import { Names } from '../../src/domain/names.ts';
import { SpanBatch } from '../../src/domain/span-batch.ts';
import { createMetrics, createRandom, ManualClock, silentLogger } from '../../src/runtime/index.ts';
import { openSqliteStore, type Store } from '../../src/store/index.ts';
import { anIncident, aSuspect } from '../doubles/incident-story.ts';

const CONFIG = `
channels:
  - { name: console, type: terminal }
  - { name: pager, type: terminal, minSeverity: P1, locale: zh }
`;

const START = Date.UTC(2026, 2, 7, 3, 0, 0);

function living(store: Store, clock: ManualClock) {
  const outcome = parseConfig(CONFIG, 'test');
  if (!outcome.ok) throw new Error('a test of a wrong configuration');
  const names = new Names();
  const batch = new SpanBatch(names, 4);
  const metrics = createMetrics();
  const held: unknown[] = [];
  const incidents = [
    anIncident({ finalSuspects: [aSuspect({ environment: '', namespace: '', service: 'cart' })] }),
  ];
  const blindness = new Blindness(
    {
      names,
      store,
      flow: { unseen: (services) => void held.push(services), verdicts: { incidents } as never },
      messages: blindMessages(outcome.config, () => 'http://spanwatch/status'),
      wake: () => undefined,
      refusing: () => false,
      resolveAfterMs: 120_000,
    },
    { clock, logger: silentLogger(), metrics, random: createRandom(1) },
  );
  const settle = async (): Promise<void> => {
    for (let turn = 0; turn < 20; turn++) await Promise.resolve();
  };
  return {
    blindness,
    held,
    metrics,
    /** Lives so many seconds, with a span of each service a second. */
    live: async (seconds: number, ...services: string[]) => {
      for (let s = 0; s < seconds; s++) {
        batch.clear();
        for (const name of services)
          batch.service[batch.push()] = names.service({ environment: '', namespace: '', name });
        blindness.arrived({ source: 'otlp', batch });
        clock.advance(1000);
        await settle();
      }
    },
    messages: async () => {
      const all = await store.outbox.deliveries({ limit: 20 });
      return all.map(({ channel, message }) => `${channel}: ${message.title}`).toReversed();
    },
  };
}

describe('silence', () => {
  it('is a message to each channel that it reaches, in its language, once, also over a restart, and so is its end', async () => {
    const clock = new ManualClock(START);
    const store = openSqliteStore({ path: ':memory:' }, { clock });
    const first = living(store, clock);
    await first.blindness.start();
    await first.live(700, 'cart');
    await first.live(90);
    const told = [
      'console: Blind: no spans from source otlp since 03:11 UTC',
      'pager: 失明：数据源 otlp 自 03:11 UTC 起没有 span',
    ];
    expect(await first.messages()).toEqual(told);
    expect(await first.metrics.registry.metrics()).toContain('spanwatch_blind{kind="source"} 1');
    await first.blindness.shutdown();

    const second = living(store, clock);
    await second.blindness.start();
    await second.live(600);
    expect(await second.messages()).toEqual(told);
    await second.live(10, 'cart');
    expect(await second.messages()).toEqual([
      ...told,
      'console: Seen again: source otlp, after 12 min'.replace('source ', ''),
      'pager: 恢复可见：otlp，中断 12 分钟',
    ]);
    await second.blindness.shutdown();
  });

  it('holds the incidents of what is not seen, for the whole time of its silence', async () => {
    const clock = new ManualClock(START);
    const { blindness, live, held } = living(openSqliteStore({ path: ':memory:' }, { clock }), clock);
    await blindness.start();
    await live(700, 'cart', 'other');
    expect(held).toEqual([]);
    await live(120);
    const total = (held as { name: string; ms: number }[][])
      .flat()
      .reduce((sum, { name, ms }) => sum + (name === 'cart' ? ms : 0), 0);
    expect(total).toBeGreaterThanOrEqual(115_000);
    expect(total).toBeLessThanOrEqual(121_000);
    await live(10, 'cart', 'other');
    const after = held.length;
    await live(30, 'cart', 'other');
    expect(held).toHaveLength(after);
    await blindness.shutdown();
  });
});
