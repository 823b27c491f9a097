import { createServer } from 'node:http';
import type { AddressInfo } from 'node:net';
import { afterEach, describe, expect, it } from 'vitest';
import { Heartbeat } from '../../src/app/heartbeat.ts';
import { createMetrics, createRandom, ManualClock, silentLogger } from '../../src/runtime/index.ts';

const stops: (() => Promise<unknown>)[] = [];
afterEach(async () => {
  for (const stop of stops.splice(0)) await stop();
});

/** A switch that answers with `status`, and counts. */
async function aSwitch() {
  const state = { status: 200, asked: 0 };
  const server = createServer((_, response) => {
    state.asked++;
    response.writeHead(state.status).end();
  });
  await new Promise<void>((resolve) => server.listen(0, '127.0.0.1', resolve));
  stops.push(() => new Promise((resolve) => server.close(resolve)));
  return { state, url: `http://127.0.0.1:${(server.address() as AddressInfo).port}/ping/secret` };
}

function beating(url?: string) {
  const clock = new ManualClock(1_000_000_000);
  const metrics = createMetrics();
  const world = { windows: 0, spansIn: 0, hindrance: undefined as string | undefined, storeFails: false };
  const heartbeat = new Heartbeat(
    {
      flow: {
        verdicts: {
          get windows() {
            return world.windows;
          },
        },
        traces: {
          assembler: {
            counts: {
              get spansIn() {
                return world.spansIn;
              },
            },
          },
        },
      } as never,
      store: {
        setCursor: () => (world.storeFails ? Promise.reject(new Error('disk full')) : Promise.resolve()),
      },
      clock: 'wall',
      hindrance: () => world.hindrance,
      ...(url === undefined ? {} : { ping: { url, everyMs: 60_000 } }),
    },
    { clock, logger: silentLogger(), metrics, random: createRandom(1) },
  );
  return {
    world,
    heartbeat,
    metrics,
    /** Lives so many seconds, and the seconds since the last beat. */
    age: async (seconds: number, each: () => void = () => undefined): Promise<number> => {
      for (let s = 0; s < seconds; s += 10) {
        each();
        clock.advance(10_000);
        for (let turn = 0; turn < 20; turn++) await Promise.resolve();
      }
      const gauge = metrics.registry.getSingleMetric('spanwatch_heartbeat_timestamp_seconds');
      const { values } = (await gauge?.get()) ?? { values: [] };
      return clock.now() / 1000 - values[0].value;
    },
  };
}

describe('the heartbeat', () => {
  it('moves while nothing comes, and while what comes is judged', async () => {
    const { world, heartbeat, age } = beating();
    await heartbeat.start();
    expect(await age(300)).toBeLessThan(15);
    const judging = (): void => void (world.spansIn++, world.windows++);
    expect(await age(300, judging)).toBeLessThan(15);
  });

  it('stops when spans come and nothing is judged, though the process lives', async () => {
    const { world, heartbeat, age } = beating();
    await heartbeat.start();
    await age(60, () => world.spansIn++);
    expect(await age(300, () => world.spansIn++)).toBeGreaterThan(200);
    world.windows++;
    expect(await age(20)).toBeLessThan(15);
  });

  it.each([
    [
      'sources do not listen',
      (world: { hindrance: string | undefined }) => (world.hindrance = 'not listening'),
    ],
    ['the store takes no writes', (world: { storeFails: boolean }) => (world.storeFails = true)],
  ] as const)('stops when %s', async (_, breakIt) => {
    const { world, heartbeat, age } = beating();
    await heartbeat.start();
    await age(30);
    breakIt(world);
    expect(await age(120)).toBeGreaterThan(100);
  });

  it('holds a switch while all is well, and counts when it cannot', async () => {
    const { state, url } = await aSwitch();
    const { world, heartbeat, age, metrics } = beating(url);
    await heartbeat.start();
    const counted = (): Promise<string> =>
      metrics.registry.getSingleMetricAsString('spanwatch_heartbeat_pings_total');
    await age(10);
    // Answered, and not only asked: until then the heart does not beat again.
    await expect.poll(counted).toMatch(/\{outcome="ok"\} 1$/m);
    state.status = 500;
    await age(70);
    await expect.poll(counted).toMatch(/\{outcome="failed"\} 1$/m);
    world.hindrance = 'not listening';
    await age(300);
    await expect.poll(counted).toMatch(/\{outcome="failed"\} 1$/m);
    expect(state.asked).toBe(2);
    await heartbeat.shutdown();
  });
});
