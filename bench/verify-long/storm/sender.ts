import { composeDigest } from '../../../src/messages/index.ts';
import { createChannel, createOutbox } from '../../../src/notify/index.ts';
import {
  createMetrics,
  createRandom,
  ManualClock,
  parseJson,
  silentLogger,
} from '../../../src/runtime/index.ts';
import { openSqliteStore } from '../../../src/store/index.ts';
import { START_MS, writeStorm } from './traffic.ts';
import { type StormChannel, STORM_CHANNELS, stormConfigs } from './vendors.ts';

// A process of the storm, to be killed: writes and delivers second by second, and says which second is done.

interface Orders {
  readonly db: string;
  readonly fromS: number;
  readonly toS: number;
  readonly incidents: number;
  readonly urls: Readonly<Record<StormChannel, string>>;
  readonly seed: number;
}

const given = parseJson(process.argv[2] ?? '');
if (!given.ok) throw new Error('orders are no JSON');
await run(given.value as unknown as Orders);

async function run({ db, fromS, toS, incidents, urls, seed }: Orders): Promise<void> {
  const clock = new ManualClock(START_MS + fromS * 1000);
  const runtime = { clock, logger: silentLogger(), metrics: createMetrics(), random: createRandom(seed) };
  const store = openSqliteStore({ path: db }, runtime);
  // In flight when the process before was killed: what may come twice.
  const inFlight = await store.outboxAdmin.list({ state: 'sending', limit: 500 });
  say('in-flight', inFlight.deliveries.map(({ id }) => id).join(','));
  const channels = stormConfigs(urls).map((config) => createChannel(config, runtime));
  const outbox = createOutbox(
    { channels, store, composeDigest: (subject) => composeDigest(subject, 'en') },
    runtime,
  );
  await outbox.start();
  for (let second = fromS; second < toS; second++) {
    await writeStorm(store, second, { incidents, channels: STORM_CHANNELS });
    outbox.wake();
    await outbox.settled();
    say('second', String(second));
    clock.advance(1000);
  }
  await outbox.settled();
  say('pending', String((await store.outbox.status()).pending));
  await outbox.shutdown();
  await store.close();
}

function say(what: string, value: string): void {
  process.stdout.write(`${what} ${value}\n`);
}
