import { writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { fileURLToPath } from 'node:url';
import type { Check, CheckRow } from './check.ts';
import { type FuzzOutcome, runFuzz } from './fuzz/run-fuzz.ts';
import { linePlot } from './line-plot.ts';

const PLOT = fileURLToPath(new URL('../../docs/fuzz.svg', import.meta.url));

/** Ten minutes as issued; the fault comes when memory has had the time to grow, and goes on for three minutes. */
const SECONDS = Number(process.env['SPANWATCH_FUZZ_SECONDS'] ?? 600);
const FAULT = { from: Math.round(SECONDS * 0.5), seconds: Math.round(SECONDS * 0.3) };

export const fuzzCheck: Check = {
  name: 'fuzz',
  title: 'Ten minutes of hostile requests from 64 connections',
  run: async ({ scratch }) => {
    const outcome = await runFuzz({
      folder: join(scratch, 'fuzz'),
      seconds: SECONDS,
      connections: 64,
      seed: 20_260_804,
      tracesPerSecond: 40,
      fault: FAULT,
    });
    writeFileSync(PLOT, plotOf(outcome));
    return { markdown: pageOf(outcome), rows: judgeFuzz(outcome) };
  },
};

/** The promises, each with what was measured. */
export function judgeFuzz(outcome: FuzzOutcome): readonly CheckRow[] {
  const { counts, rssMib, maxMemoryMib } = outcome;
  const most = Math.max(...rssMib.map(([, mib]) => mib));
  const found = outcome.incidents.filter(
    ({ openedAt, suspect }) => suspect === 'payment' && Date.parse(openedAt) >= outcome.faultAtMs,
  );
  const others = outcome.incidents.length - found.length;
  const first = found
    .map(({ openedAt }) => Date.parse(openedAt) - outcome.faultAtMs)
    .sort((a, b) => a - b)[0];
  return [
    {
      promise: 'no crash',
      measured: outcome.exitCode === null ? 'alive' : `ended with ${outcome.exitCode}`,
      ok: outcome.exitCode === null,
    },
    {
      promise: 'no error in the log',
      measured: outcome.errors[0] ?? 'none',
      ok: outcome.errors.length === 0,
    },
    {
      promise: 'every answer as specified',
      measured: `${counts.requests} requests, ${counts.wrongCount} wrong${counts.wrong.length > 0 ? `: ${counts.wrong.slice(0, 3).join('; ')}` : ''}`,
      ok: counts.wrongCount === 0 && counts.requests > 0,
    },
    {
      promise: `memory stays below its bound of ${maxMemoryMib} MiB`,
      measured: `at most ${Math.round(most)} MiB`,
      ok: most < maxMemoryMib,
    },
    memoryIsFlat(rssMib),
    {
      promise: 'the fault in the valid stream is found, payment first',
      measured:
        first === undefined
          ? `no: ${JSON.stringify(outcome.incidents)}`
          : `${Math.round(first / 1000)} s after it began`,
      ok: found.length === 1,
    },
    { promise: 'nothing else is', measured: `${others} other incidents`, ok: others === 0 },
  ];
}

/** A leak shows between thirds: the last one's median against the middle one's. */
function memoryIsFlat(rssMib: FuzzOutcome['rssMib']): CheckRow {
  const third = Math.floor(rssMib.length / 3);
  const median = (from: number): number =>
    rssMib
      .slice(from, from + third)
      .map(([, mib]) => mib)
      .toSorted((a, b) => a - b)[Math.floor(third / 2)];
  const [middle, last] = [median(third), median(2 * third)];
  return {
    promise: 'memory does not grow: the last third within 10% of the middle one',
    measured: `${Math.round(middle)} MiB, then ${Math.round(last)} MiB (medians)`,
    ok: last <= middle * 1.1,
  };
}

function plotOf({ rssMib, maxMemoryMib }: FuzzOutcome): string {
  const end = rssMib.at(-1)?.[0] ?? 0;
  return linePlot({
    title: 'Resident memory under hostile requests from 64 connections',
    unit: 'MiB',
    series: [
      { label: 'resident memory', colour: '#1b6ca8', points: rssMib },
      {
        label: 'overload.maxMemoryBytes',
        colour: '#b03a2e',
        points: [
          [0, maxMemoryMib],
          [end, maxMemoryMib],
        ],
      },
    ],
    spans: [{ from: FAULT.from, to: FAULT.from + FAULT.seconds, label: 'payment is slow' }],
  });
}

function pageOf(outcome: FuzzOutcome): string {
  const { counts, validSpans, validRetries, shedSpans, slowestScrapeMs } = outcome;
  const rows = [...counts.answers]
    .map(([kind, statuses]) => {
      const answers = [...statuses]
        .toSorted(([a], [b]) => a - b)
        .map(([status, n]) => `${status === 0 ? 'none' : status}: ${n}`);
      return `| ${kind} | ${answers.join(', ')} |`;
    })
    .toSorted();
  return [
    `A real \`spanwatch run\` (bodies up to 12 MiB, 64 MiB in flight, 1 GiB of memory) takes ${counts.requests} requests of ${counts.answers.size} kinds from 64 connections, beside ${validSpans} spans of the`,
    `simulated shop. 429 with Retry-After is right at any time, and came ${validRetries} times to the shop; ${shedSpans} spans were shed. The slowest answer of \`/metrics\` took ${slowestScrapeMs} ms.`,
    '',
    '![Resident memory over ten minutes](fuzz.svg)',
    '',
    '| request | answers |',
    '|---|---|',
    ...rows,
  ].join('\n');
}
