import { type ChildProcess, spawn } from 'node:child_process';
import { join } from 'node:path';
import { createInterface } from 'node:readline';
import { createRandom } from '../../../src/runtime/index.ts';
import type { Disturbance } from '../../../src/simulator/vendors/receiver.ts';
import { LIFE_S, OPENS_EACH_S, START_MS } from './traffic.ts';
import { startVendors, type StormChannel, STORM_CHANNELS, type Vendors } from './vendors.ts';

export interface StormOptions {
  readonly folder: string;
  readonly incidents: number;
  /** SIGKILLs at any moment, and right after a vendor has taken a message, before its sender knows. */
  readonly kills: { readonly anywhere: number; readonly inTheGap: number };
  readonly seed: number;
  readonly say: (text: string) => void;
}

export interface StormStory {
  readonly db: string;
  readonly vendors: Vendors;
  readonly kills: { readonly anywhere: number; readonly inTheGap: number };
  /** `MESSAGE/CHANNEL` of what was in flight at a kill. */
  readonly inFlight: ReadonlySet<string>;
  readonly pending: number;
  readonly seconds: number;
}

const SENDER = join(import.meta.dirname, 'sender.ts');
/** For what waits to be sent at the pace of the slowest: three hours after a thousand; a robot that was too fast is mute for ten minutes. */
const DRAIN_S_EACH = 10.8;
const LEAST_DRAIN_S = 2_400;

/** What Jira Cloud's search index may lag behind, as far as we were told: seconds. */
const INDEX_LAG_S = 20;

interface Trouble {
  readonly channel: StormChannel;
  readonly fromS: number;
  readonly toS: number;
  readonly disturbance: Disturbance;
}

const DOWN: Disturbance = { status: 503, body: 'upstream connect error' };
const STORM: Disturbance = { status: 429, headers: { 'retry-after': '30' }, body: '' };

/** An hour of outage for each channel, one after the other and overlapping, and a storm of 429 for all at once. */
function troubles(wholeS: number): readonly Trouble[] {
  const hour = Math.min(3600, Math.floor(wholeS * 0.36));
  const of = (channel: StormChannel, part: number, disturbance: Disturbance, lengthS = hour): Trouble => {
    const fromS = Math.floor(wholeS * part);
    return { channel, fromS, toS: fromS + lengthS, disturbance };
  };
  return [
    of('slack-bot', 0.1, 'reset'),
    of('feishu-app', 0.3, DOWN),
    of('dingtalk', 0.2, STORM),
    of('webhook', 0.4, DOWN),
    of('jira', 0.15, DOWN),
    ...STORM_CHANNELS.map((channel) => of(channel, 0.8, STORM, Math.floor(wholeS * 0.03))),
  ];
}

/** A thousand incidents through everything that goes wrong between us and those who are told. */
export async function tellStorm(options: StormOptions): Promise<StormStory> {
  const { incidents, seed, say } = options;
  const random = createRandom(seed);
  const wholeS = incidents * OPENS_EACH_S + LIFE_S;
  const plan = troubles(wholeS);
  // Of some eighteen that vendors take of an incident; most of the way, so that no kill is left at the end.
  const acceptedBetweenKills = Math.max(
    2,
    Math.floor((incidents * 12) / Math.max(1, options.kills.anywhere + options.kills.inTheGap)),
  );
  let second = 0;
  let child: ChildProcess | undefined;
  let gapIn = -1;
  const done = { anywhere: 0, inTheGap: 0 };
  const vendors = await startVendors(
    () => START_MS + second * 1000,
    () => {
      if (gapIn < 0 || --gapIn > 0) return;
      gapIn = -1;
      done.inTheGap++;
      child?.kill('SIGKILL');
    },
  );
  const urls = Object.fromEntries(STORM_CHANNELS.map((name) => [name, vendors.receivers[name].url]));
  const db = join(options.folder, 'storm.db');
  const inFlight = new Set<string>();
  const loses = new Set(Array.from({ length: 20 }, () => Math.floor(random() * wholeS)));
  let pending = -1;
  const begun = performance.now();
  const everySecond = (): void => {
    for (const name of STORM_CHANNELS) {
      const now = plan.find((one) => one.channel === name && second >= one.fromS && second < one.toS);
      vendors.receivers[name].disturbAll(now?.disturbance);
    }
    if (loses.delete(second)) vendors.jira.loseAnswer();
    // Its search does not show what was just made.
    if (second % INDEX_LAG_S === 0) vendors.jira.lag(false);
    vendors.jira.lag(true);
  };
  while (pending < 0) {
    const left = {
      anywhere: options.kills.anywhere - done.anywhere,
      inTheGap: options.kills.inTheGap - done.inTheGap,
    };
    const killsLeft = left.anywhere + left.inTheGap;
    const gap = left.inTheGap > 0 && random() < left.inTheGap / killsLeft;
    gapIn = gap ? 1 + Math.floor(random() * acceptedBetweenKills) : -1;
    const orders = {
      db,
      fromS: second,
      toS: wholeS + Math.max(LEAST_DRAIN_S, Math.ceil(incidents * DRAIN_S_EACH)),
      incidents,
      urls,
      seed,
    };
    // Kills are spread over the incidents' time; after it, what is left is sent in peace.
    const killAtS =
      killsLeft > 0 && !gap ? second + Math.ceil(((wholeS - second) / killsLeft) * 2 * random()) : -1;
    const one = (child = spawn(process.execPath, [SENDER, JSON.stringify(orders)], {
      stdio: ['ignore', 'pipe', 'inherit'],
    }));
    const ended = new Promise<void>((resolve) => one.once('exit', () => resolve()));
    for await (const line of createInterface({ input: one.stdout })) {
      const [what, value] = line.split(' ');
      if (what === 'in-flight') for (const id of (value ?? '').split(',')) if (id !== '') inFlight.add(id);
      if (what === 'pending') pending = Number(value);
      if (what !== 'second') continue;
      second = Number(value) + 1;
      everySecond();
      if (second % 2000 === 0) say(`second ${second}, ${done.anywhere} + ${done.inTheGap} kills`);
      if (second === killAtS) {
        // Within the next second's work, wherever that is.
        setTimeout(() => one.kill('SIGKILL'), random() * 20);
        done.anywhere++;
      }
    }
    await ended;
  }
  const seconds = (performance.now() - begun) / 1000;
  return { db, vendors, kills: done, inFlight, pending, seconds };
}
