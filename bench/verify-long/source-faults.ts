import { simulatedInput } from '../sources/same/index.ts';
import type { Check, CheckContext, CheckResult, CheckRow } from './check.ts';
import { clockFault } from './source-faults/clock-fault.ts';
import { diskFault } from './source-faults/disk-fault.ts';
import type { FaultOutcome } from './source-faults/fault-outcome.ts';
import { kafkaFaults, type KafkaFaultOptions } from './source-faults/kafka-faults.ts';
import { storeFault, type StoreFaultOptions } from './source-faults/store-faults.ts';

export type FaultKind = 'kafka' | 'jaeger' | 'elasticsearch' | 'disk' | 'clock';

export interface SourceFaultOptions extends KafkaFaultOptions, StoreFaultOptions {
  readonly seconds: number;
  readonly tracesPerSecond: number;
  readonly kinds: readonly FaultKind[];
}

/** In parts of some minutes each; `--only source-faults` is all of them. */
export const sourceFaults: readonly Check[] = [
  part('kafka', 'Faults around Kafka: kills, a broker that goes away, rebalances', ['kafka']),
  part('jaeger', 'A Jaeger that is slow and fails, asked for spans', ['jaeger']),
  part('elasticsearch', 'An Elasticsearch that is away, asked for spans', ['elasticsearch']),
  part('machine', 'Faults of the machine, whatever the source: a full disk, a clock that is set', [
    'disk',
    'clock',
  ]),
];

function part(name: string, title: string, kinds: readonly FaultKind[]): Check {
  return {
    name: `source-faults-${name}`,
    title,
    run: (context) =>
      tellFaults(context, {
        ...{ seconds: 300, tracesPerSecond: 8, kills: 50, brokerRestarts: 3, rebalances: 12 },
        ...{ rebalanceEveryMs: 10_000, downMs: 300_000, kinds },
      }),
  };
}

/** Each fault beside an undisturbed run of the same spans. */
export async function tellFaults(
  { scratch, say }: Pick<CheckContext, 'scratch' | 'say'>,
  options: SourceFaultOptions,
): Promise<CheckResult & { readonly outcomes: readonly FaultOutcome[] }> {
  const { seconds, tracesPerSecond, kinds } = options;
  const input = await simulatedInput(scratch, { tracesPerSecond, seconds });
  const outcomes: FaultOutcome[] = [];
  const take = (outcome: FaultOutcome): void => {
    outcomes.push(outcome);
    say(`  ${outcome.fault}, ${outcome.seconds.toFixed(0)} s: ${measuredOf(outcome)}`);
  };
  if (kinds.includes('kafka'))
    for await (const outcome of kafkaFaults(input, scratch, options)) take(outcome);
  for (const store of ['jaeger', 'elasticsearch'] as const)
    if (kinds.includes(store)) take(await storeFault(store, input, scratch, options));
  if (kinds.includes('disk')) {
    const outcome = await diskFault(input, scratch);
    if (outcome === undefined) say('  SKIPPED disk full: a disk can be mounted by root only');
    else take(outcome);
  }
  if (kinds.includes('clock')) take(await clockFault(scratch));
  return { rows: outcomes.map(rowOf), markdown: markdownOf(input.what, outcomes, kinds), outcomes };
}

interface Counted {
  readonly lost: number;
  readonly twice: number;
  /** More or fewer than undisturbed. */
  readonly windows: number;
  readonly missing: number;
  readonly more: number;
}

function countedOf({ spans, seen, undisturbed, compared }: FaultOutcome): Counted {
  return {
    lost: Math.max(0, spans - (seen.assembled - seen.duplicates)),
    twice: Math.max(seen.duplicates, seen.assembled - spans),
    windows: seen.windows - undisturbed.windows,
    missing: compared.filter(({ kind }) => kind === 'missing').length,
    more: compared.filter(({ kind }) => kind === 'extra').length,
  };
}

function measuredOf(outcome: FaultOutcome): string {
  const { lost, twice, windows, missing, more } = countedOf(outcome);
  const { spans, seen, undisturbed } = outcome;
  return (
    `${lost} of ${spans} spans lost, ${twice} twice; ${windows} of ${undisturbed.windows} windows too many or too few; ` +
    `${missing} of ${undisturbed.incidents.length} incidents lost, ${more} more; ${seen.late} late`
  );
}

function rowOf(outcome: FaultOutcome): CheckRow {
  const counted = countedOf(outcome);
  return {
    promise: `${outcome.fault}: no span lost or twice, no window doubled or lost, no incident lost or doubled`,
    measured: measuredOf(outcome),
    ok: Object.values(counted).every((count) => count === 0) && outcome.undisturbed.incidents.length > 0,
  };
}

function markdownOf(what: string, outcomes: readonly FaultOutcome[], kinds: readonly FaultKind[]): string {
  const clock = kinds.includes('clock') ? '; the clock by three minutes of the same shop as they pass' : '';
  return [
    `${what}, each fault beside the same undisturbed, by real processes and servers${clock}. "Late" spans came after their trace or window was closed and are counted all the same. "Openings the same": incidents whose opening, first suspect and severity are those of the undisturbed run.`,
    '',
    '| fault | what was done | spans lost | twice | windows more or fewer | incidents lost | more | late | openings the same |',
    '|---|---|---|---|---|---|---|---|---|',
    ...outcomes.map((outcome) => {
      const { lost, twice, windows, missing, more } = countedOf(outcome);
      const { fault, done, spans, seen, undisturbed, compared } = outcome;
      const same = compared.filter(
        ({ kind, fields }) =>
          kind === 'same' ||
          kind === 'figures' ||
          (kind === 'differs' && !fields.some((field) => DECIDES.test(field))),
      );
      const cells = [fault, done, `${lost} of ${spans}`, twice, `${windows} of ${undisturbed.windows}`];
      cells.push(`${missing} of ${undisturbed.incidents.length}`, more, seen.late);
      return `| ${[...cells, `${same.length} of ${compared.length}`].join(' | ')} |`;
    }),
  ].join('\n');
}

/** Fields in which an incident would be another one. */
const DECIDES = /^(id|openedAt|severity|openings\.(openedAt|severity)|suspects\.service)$/;
