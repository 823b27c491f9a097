import { composeDigest } from '../../../src/messages/index.ts';
import { type Channel, createChannel, createOutbox } from '../../../src/notify/index.ts';
import { createMetrics, createRandom, ManualClock, silentLogger } from '../../../src/runtime/index.ts';
import { type Delivery, openSqliteStore, type Store } from '../../../src/store/index.ts';
import { begin, end, type OutageKind, type OutageSubject } from './receivers.ts';
import { namedIn, writeSecond } from './traffic.ts';

export interface OutageOptions {
  readonly subject: OutageSubject;
  readonly outage: OutageKind;
  readonly minutes: number;
}

export interface OutageStory {
  /** Messages that incidents caused. */
  readonly decided: number;
  readonly delivered: number;
  /** A later message of the incident said it all. */
  readonly superseded: number;
  /** A digest stood for them; and how many digests there were. */
  readonly summedUp: number;
  readonly digests: number;
  /** Progress that was more than an hour old. */
  readonly expired: number;
  /** Neither sent nor said by another: dead, or still waiting at the end. */
  readonly lost: number;
  /** Openings and escalations at P0 and P1 that were not sent as such. */
  readonly urgentNotSent: number;
  /** News that a receiver got after later news of the same incident. */
  readonly orderViolations: number;
  /** News that a receiver got twice. */
  readonly doubled: number;
  /** Documented rules of the vendor that were broken, rates included. */
  readonly rulesBroken: readonly string[];
  /** Attempts while it was down, and the most requests in any minute after it was back. */
  readonly attemptsWhileDown: number;
  readonly maxPerMinute: number;
  /** From the end of the outage until nothing waited; undefined when something always did. */
  readonly caughtUpAfterS: number | undefined;
}

const START_MS = Date.UTC(2026, 2, 7, 3, 0, 0);
const BEFORE_S = 300;
/** Ten minutes of ordinary traffic after the outage, then silence until all have ended. */
const AFTER_S = 600;
const QUIET_S = 900;
const AMPLE_MS = 10_000;
/** While a receiver hangs nothing is taken, so that its patience may be short. */
const HASTY_MS = 50;

/** An outage of a channel by a clock that is moved second by second, over real HTTP. */
export async function tellOutage({ subject, outage, minutes }: OutageOptions): Promise<OutageStory> {
  const clock = new ManualClock(START_MS);
  const runtime = { clock, logger: silentLogger(), metrics: createMetrics(), random: createRandom(7) };
  const store = openSqliteStore({ path: ':memory:' }, runtime);
  const receiver = await subject.start(clock);
  const ample = createChannel(subject.config(receiver.url, AMPLE_MS), runtime);
  const hasty = createChannel(subject.config(receiver.url, HASTY_MS), runtime);
  let down = false;
  let attemptsWhileDown = 0;
  const channel: Channel = {
    ...ample,
    deliver: (...args) => {
      if (down) attemptsWhileDown++;
      return (down && outage === 'hanging' ? hasty : ample).deliver(...args);
    },
  };
  const outbox = createOutbox(
    { channels: [channel], store, composeDigest: (subject) => composeDigest(subject, 'en') },
    runtime,
  );
  await outbox.start();
  const endS = BEFORE_S + minutes * 60;
  const requests: number[] = [];
  let decided = 0;
  let caughtUpAfterS: number | undefined;
  for (let second = 0; second < endS + AFTER_S + QUIET_S; second++) {
    if (second === BEFORE_S) {
      await begin(outage, receiver, subject);
      down = true;
    }
    if (second === endS) {
      await end(outage, receiver);
      down = false;
    }
    if (second < endS + AFTER_S) decided += await writeSecond(store, second, clock.now());
    outbox.wake();
    await outbox.settled();
    requests.push(receiver.requests.length);
    if (second > endS && (await store.outbox.status()).pending === 0) caughtUpAfterS ??= second - endS;
    clock.advance(1000);
  }
  await outbox.settled();
  const deliveries = await allOf(store);
  await outbox.shutdown();
  await store.close();
  await receiver.close();
  return {
    decided,
    ...fatesOf(deliveries),
    ...orderOf(
      receiver.accepted.map((body) => JSON.stringify(body)),
      subject.name,
    ),
    rulesBroken: [...new Set(receiver.violations)],
    attemptsWhileDown,
    maxPerMinute: mostInAMinute(requests.slice(endS - 1)),
    caughtUpAfterS,
  };
}

type Fates = Pick<
  OutageStory,
  'delivered' | 'superseded' | 'summedUp' | 'digests' | 'expired' | 'lost' | 'urgentNotSent'
>;

function fatesOf(all: readonly Delivery[]): Fates {
  const own = all.filter(({ message }) => message.event !== 'digest');
  const count = (test: (delivery: Delivery) => boolean): number => own.filter(test).length;
  const isSummed = ({ state, reason }: Delivery): boolean =>
    state === 'superseded' && reason?.startsWith('summed up') === true;
  const isUrgent = ({ message: { event, severity } }: Delivery): boolean =>
    (event === 'opened' || event === 'reopened') && (severity === 'P0' || severity === 'P1');
  return {
    delivered: count(({ state }) => state === 'sent'),
    superseded: count((one) => one.state === 'superseded' && !isSummed(one)),
    summedUp: count(isSummed),
    digests: all.length - own.length,
    expired: count(({ state }) => state === 'expired'),
    lost: count(
      ({ state, message: { event } }) =>
        state === 'dead' ||
        state === 'pending' ||
        state === 'sending' ||
        (state === 'expired' && event !== 'updated'),
    ),
    urgentNotSent: count((one) => isUrgent(one) && one.state !== 'sent'),
  };
}

/** Channels that edit say each piece of news twice, by an edit and in the thread. */
function orderOf(
  bodies: readonly string[],
  channel: string,
): Pick<OutageStory, 'orderViolations' | 'doubled'> {
  const last = new Map<string, number>();
  const seen = new Map<string, number>();
  let orderViolations = 0;
  for (const body of bodies) {
    // A digest names many; it takes the place of what it names.
    if (body.includes(' incidents, summed up')) continue;
    for (const { incident, sequence } of namedIn(body)) {
      if (sequence < (last.get(incident) ?? 0)) orderViolations++;
      last.set(incident, sequence);
      const key = `${incident}-${sequence}`;
      seen.set(key, (seen.get(key) ?? 0) + 1);
    }
  }
  const usual = channel === 'slack-bot' || channel === 'feishu-app' ? 2 : 1;
  return { orderViolations, doubled: [...seen.values()].filter((times) => times > usual).length };
}

async function allOf(store: Store): Promise<readonly Delivery[]> {
  const all: Delivery[] = [];
  let after: string | undefined;
  do {
    const page = await store.outboxAdmin.list({ limit: 500, ...(after === undefined ? {} : { after }) });
    all.push(...page.deliveries);
    after = page.next;
  } while (after !== undefined);
  return all;
}

/** `counts` is the running count by second. */
function mostInAMinute(counts: readonly number[]): number {
  return Math.max(0, ...counts.map((count, second) => count - (counts[Math.max(0, second - 60)] ?? 0)));
}
