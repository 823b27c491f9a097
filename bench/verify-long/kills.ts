import { join } from 'node:path';
import { isDeepStrictEqual, promisify } from 'node:util';
import { serialize } from 'node:v8';
import { gzip } from 'node:zlib';
import { at, encodeOtlpJson, simulate } from '../../src/simulator/index.ts';
import { captureLines } from '../scoring/index.ts';
import { openCapture } from '../verify/captures.ts';
import { learnClean } from '../verify/detection.ts';
import { REPOSITORY } from '../verify/spanwatch-process.ts';
import type { Check, CheckContext, CheckResult, CheckRow } from './check.ts';
import type { ChannelName } from './kills/endpoints.ts';
import { KILL_KINDS, type KillKind, type Story, tellStory } from './kills/story.ts';

const CAPTURE = 'onlineboutique-0822';

/** 200 in all. */
const KILLS: Readonly<Record<KillKind, number>> = {
  'while taking spans': 120,
  'while recovering': 30,
  'while writing a checkpoint': 30,
  'between sending and recording a message': 20,
};
const NONE = Object.fromEntries(KILL_KINDS.map((kind) => [kind, 0])) as Record<KillKind, number>;

export const kills: Check = {
  name: 'kills',
  title: 'SIGKILL at random moments',
  run: async (context) => {
    const input = await inputOf(context);
    return compareStories(context, { ...input, kills: KILLS, seed: 20260105 });
  },
};

export interface KillInput {
  readonly model: string;
  readonly bodies: readonly Uint8Array[];
  /** What it is, in words. */
  readonly what: string;
}

/** The same input with and without kills, and what differs. */
export async function compareStories(
  { scratch, say }: Pick<CheckContext, 'scratch' | 'say'>,
  options: KillInput & { kills: Readonly<Record<KillKind, number>>; seed: number },
): Promise<CheckResult & { readonly killed: Story }> {
  const { model, bodies, seed, what } = options;
  say('without kills ...');
  const whole = await tellStory({ folder: join(scratch, 'whole'), model, bodies, kills: NONE, seed, say });
  say(`with kills ... (${whole.incidents.length} incidents without, ${whole.seconds.toFixed(0)} s)`);
  const killed = await tellStory({
    folder: join(scratch, 'killed'),
    model,
    bodies,
    kills: options.kills,
    seed,
    say,
  });
  const planned = KILL_KINDS.reduce((sum, kind) => sum + options.kills[kind], 0);
  const done = KILL_KINDS.reduce((sum, kind) => sum + killed.killed[kind], 0);
  const asPlanned = { promise: 'kills as planned', measured: `${done} of ${planned}`, ok: done === planned };
  return {
    rows: [asPlanned, ...rowsOf(whole, killed)],
    markdown: markdownOf(what, bodies.length, { whole, killed }),
    killed,
  };
}

function rowsOf(whole: Story, killed: Story): CheckRow[] {
  const ids = (story: Story): Set<string> => new Set(story.incidents.map(({ id }) => id));
  const lost = [...ids(whole)].filter((id) => !ids(killed).has(id));
  const doubled = [...ids(killed)].filter((id) => !ids(whole).has(id));
  const same = whole.incidents.filter((incident) =>
    isDeepStrictEqual(
      incident,
      killed.incidents.find(({ id }) => id === incident.id),
    ),
  );
  const zero = (promise: string, found: readonly unknown[]): CheckRow => ({
    promise,
    measured: found.length === 0 ? '0' : `${found.length}: ${String(found[0])}`,
    ok: found.length === 0,
  });
  const { verdicts } = whole.state.flow;
  return [
    zero('incidents lost', lost),
    zero('incidents doubled', doubled),
    {
      promise: 'incidents as without a kill, in every field',
      measured: `${same.length} of ${whole.incidents.length}`,
      ok: same.length === whole.incidents.length && same.length > 0,
    },
    {
      promise: 'their events as without a kill, in every field',
      measured: `${killed.events.length} of ${whole.events.length}`,
      ok: isDeepStrictEqual(killed.events, whole.events),
    },
    {
      promise: 'windows doubled or lost',
      measured: `${killed.state.flow.verdicts.windows - verdicts.windows} of ${verdicts.windows}`,
      ok: killed.state.flow.verdicts.windows === verdicts.windows,
    },
    {
      promise: 'baselines, freezes and all else that judges, at the end, as without a kill',
      measured: difference(killed.state.flow.verdicts, verdicts),
      ok: isDeepStrictEqual(killed.state.flow.verdicts, verdicts),
    },
    ...messageRows(whole, killed, zero),
  ];
}

/** What differs in words; the states themselves may differ in how they share objects, so bytes say nothing. */
function difference(a: object, b: object): string {
  const parts = Object.entries(a).filter(
    ([key, part]) => !isDeepStrictEqual(part, (b as Record<string, unknown>)[key]),
  );
  if (parts.length > 0) return `not the same: ${parts.map(([key]) => key).join(', ')}`;
  return `the same (${(serialize(a).length / 1e6).toFixed(1)} MB)`;
}

const CHANNELS: readonly ChannelName[] = ['slack', 'feishu', 'webhook'];

function messageRows(
  whole: Story,
  killed: Story,
  zero: (promise: string, found: readonly unknown[]) => CheckRow,
): CheckRow[] {
  const decided = new Set(whole.deliveries.map(({ id }) => id));
  const written = new Set(killed.deliveries.map(({ id }) => id));
  const unfinished = killed.deliveries.filter(({ state }) => state !== 'sent' && state !== 'superseded');
  const notReceived = CHANNELS.flatMap((channel) => {
    const sent = killed.deliveries.filter((one) => one.channel === channel && one.state === 'sent').length;
    const missing = sent - new Set(killed.received[channel]).size;
    return missing === 0 ? [] : [`${missing} at ${channel}`];
  });
  const { inDoubt, counted, toCount } = killed.lives;
  const outsideGap = CHANNELS.flatMap((channel) => {
    const more = timesMore(killed.received[channel]);
    const doubts = inDoubt.filter((id) => id.endsWith(`/${channel}`)).length;
    return more > doubts ? [`${more - doubts} at ${channel}`] : [];
  });
  return [
    zero(
      'messages lost: never written',
      [...decided].filter((id) => !written.has(id)),
    ),
    zero(
      'messages lost: written and not sent',
      unfinished.map(({ id, state }) => `${id} ${state}`),
    ),
    zero('messages lost: sent by our account and not received', notReceived),
    zero('messages doubled outside of the documented gap', outsideGap),
    {
      promise: 'deliveries in the gap are counted as possible_duplicate by the next process that comes up',
      measured: `${counted} counted of ${toCount}`,
      ok: counted === toCount,
    },
  ];
}

function timesMore(received: readonly string[]): number {
  return received.length - new Set(received).size;
}

function markdownOf(
  what: string,
  requests: number,
  { whole, killed }: { whole: Story; killed: Story },
): string {
  const { lives, sentAgain } = killed;
  const total = KILL_KINDS.reduce((sum, kind) => sum + killed.killed[kind], 0);
  const doubled = CHANNELS.map((channel) => `${timesMore(killed.received[channel])} at ${channel}`);
  return [
    `${what}: ${requests} OTLP/HTTP requests into \`spanwatch run --clock event\`, a checkpoint a second, messages to doubles of Slack, Feishu and a webhook over HTTP; once undisturbed and once killed. The sender repeats what was not answered (${sentAgain} requests).`,
    '',
    '| SIGKILL | times |',
    '|---|---|',
    ...KILL_KINDS.map((kind) => `| ${kind} | ${killed.killed[kind]} |`),
    `| in all | ${total} |`,
    '',
    `${whole.incidents.length} incidents with ${whole.events.length} events; ${killed.deliveries.length} messages written, of which ${lives.inDoubt.length} times one was found in doubt at a start (between sending and recording). Received twice: ${doubled.join(', ')}. ${lives.starts} processes came up. ${whole.seconds.toFixed(0)} s without kills, ${killed.seconds.toFixed(0)} s with them.`,
  ].join('\n');
}

const gzipped = promisify(gzip);

async function inputOf({ dataDir, scratch, say }: CheckContext): Promise<KillInput> {
  const capture = dataDir === undefined ? undefined : await openCapture(dataDir, CAPTURE);
  if (capture === undefined) {
    say(`without ${CAPTURE} (--data DIR): the simulated shop instead`);
    return simulated(2400);
  }
  const { directory } = await learnClean(capture, scratch);
  const bodies: Uint8Array[] = [];
  for await (const line of captureLines(capture.path)) bodies.push(await gzipped(line));
  return { model: directory, bodies, what: `The capture ${CAPTURE}` };
}

/** The shop with three faults, a request a second. */
export async function simulated(seconds: number): Promise<KillInput> {
  const third = seconds / 3;
  const script = at(60)
    .slow('payment', { addMs: 800 }, third / 3)
    .at(third)
    .errors('cart', 0.3, third / 3)
    .at(2 * third)
    .slow('payment', { addMs: 500 }, third / 3);
  const startMs = Date.UTC(2026, 0, 5, 9);
  const simulation = simulate({ seed: 11, startMs, tracesPerSecond: 40, script });
  const batch = simulation.newBatch();
  const bodies: Uint8Array[] = [];
  for (let second = 0; second < seconds; second++) {
    batch.clear();
    simulation.second(second, batch);
    if (batch.length > 0) bodies.push(await gzipped(encodeOtlpJson(batch)));
  }
  return {
    model: join(REPOSITORY, 'models/demo'),
    bodies,
    what: `${seconds} s of the simulated shop with three faults`,
  };
}
