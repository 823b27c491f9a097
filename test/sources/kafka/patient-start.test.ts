import { expect, it } from 'vitest';
import { createMetrics, createRandom, ManualClock, silentLogger } from '../../../src/runtime/index.ts';
import { patientStart } from '../../../src/sources/kafka/index.ts';

/** A source whose brokers are away for the first `failures` attempts. */
function sourceOf(failures: number, attempt: () => Promise<void> = () => Promise.resolve()) {
  const clock = new ManualClock(0);
  const runtime = { clock, logger: silentLogger(), metrics: createMetrics(), random: createRandom(1) };
  const calls: string[] = [];
  let left = failures;
  const source = patientStart(
    {
      name: 'spans',
      start: async () => {
        calls.push('start');
        await attempt();
        if (left-- > 0) throw new Error('nobody there');
      },
      shutdown: () => {
        calls.push('shutdown');
        return Promise.resolve();
      },
    },
    runtime,
  );
  const pass = async (ms: number): Promise<void> => {
    clock.advance(ms);
    await new Promise((resolve) => setImmediate(resolve));
  };
  return { source, calls, pass };
}

it('begins when the brokers are there, and holds nobody up until then', async () => {
  const { source, calls, pass } = sourceOf(2);
  await source.start();
  expect(calls).toEqual(['start']);
  await pass(1000);
  await pass(1999);
  expect(calls).toEqual(['start', 'start']);
  await pass(1);
  await pass(600_000);
  expect(calls).toEqual(['start', 'start', 'start']);
  await source.shutdown();
  expect(calls).toEqual(['start', 'start', 'start', 'shutdown']);
});

it('waits a minute at most', async () => {
  const { source, calls, pass } = sourceOf(Number.POSITIVE_INFINITY);
  await source.start();
  for (let i = 0; i < 8; i++) await pass(60_000);
  expect(calls).toHaveLength(9);
});

it('tries no more after its end', async () => {
  const { source, calls, pass } = sourceOf(1);
  await source.start();
  await source.shutdown();
  await pass(600_000);
  expect(calls).toEqual(['start']);
});

it('ends while it tries, and takes back what comes of it', async () => {
  let answer = (): void => undefined;
  const { source, calls, pass } = sourceOf(0, () => new Promise((resolve) => (answer = resolve)));
  const starting = source.start();
  const ending = source.shutdown();
  await pass(5000);
  await ending;
  expect(calls).toEqual(['start']);
  answer();
  await starting;
  expect(calls).toEqual(['start', 'shutdown']);
});
