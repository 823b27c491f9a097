import { hasPast, pastSpans } from '../app/past-spans.ts';
import type { Vocabulary } from '../app/vocabulary.ts';
import type { Config } from '../config/index.ts';
import { type Clock, createLogger, createMetrics, createRandom } from '../runtime/index.ts';
import { createFileCounts, type FileCounts, type FileRecord } from '../sources/file/index.ts';
import { type Arguments, readTime } from './arguments.ts';
import { checkPullSource } from './check-sources.ts';
import type { Reading } from './reading.ts';
import { CommandError, UsageError } from './usage-error.ts';

const UNIT_MS = { m: 60_000, h: 3_600_000, d: 86_400_000 };
const BEFORE_NOW = /^-(\d{1,5})([mhd])$/;

/** `--from -24h` as `--from=-24h`: the parser takes the former for two options. */
export function joinNegative(args: readonly string[]): readonly string[] {
  const joined: string[] = [];
  for (const arg of args) {
    const last = joined.at(-1);
    if (BEFORE_NOW.test(arg) && (last === '--from' || last === '--to'))
      joined[joined.length - 1] = `${last}=${arg}`;
    else joined.push(arg);
  }
  return joined;
}

/** What a source still holds, as files are read. Rejects with a CommandError of one line when it cannot be read. */
export async function openPast(
  parsed: Arguments,
  parts: { readonly config: Config; readonly vocabulary: Vocabulary },
  clock: Clock,
): Promise<Reading> {
  if (parsed.positionals.length > 0) throw new UsageError('--from-source or FILE, not both');
  const name = parsed.text('from-source') ?? '';
  const source = parts.config.sources.find((each) => each.name === name);
  if (source === undefined) {
    const known = parts.config.sources.map((each) => each.name).join(', ');
    const has = known === '' ? 'none; is there a spanwatch.yaml?' : known;
    throw new UsageError(
      `--from-source: the configuration has no source ${JSON.stringify(name)}, it has ${has}`,
    );
  }
  if (!hasPast(source))
    throw new UsageError(
      `--from-source: ${name} is ${source.type}, which keeps nothing; kafka, jaeger-query and elasticsearch do`,
    );
  const stretch = stretchOf(parsed, clock.now());
  if (source.type !== 'kafka') {
    const { problem } = await checkPullSource(parts.config, source, { lastHour: false });
    if (problem !== undefined) throw new CommandError(`source ${name}: ${problem}`);
  }
  const counts = createFileCounts();
  const runtime = {
    clock,
    logger: createLogger('warn'),
    metrics: createMetrics(),
    random: createRandom(parts.config.seed),
  };
  return {
    records: counted(pastSpans(source, stretch, parts, runtime), counts),
    counts,
    summarise: () => {
      if (counts.spans === 0) throw new CommandError(`source ${name} has no spans of that time`);
    },
  };
}

async function* counted(
  records: AsyncIterable<FileRecord>,
  counts: FileCounts,
): AsyncGenerator<FileRecord, void, undefined> {
  for await (const record of records) {
    counts.records++;
    counts.spans += record.batch.length;
    yield record;
  }
}

function stretchOf(parsed: Arguments, nowMs: number): { readonly fromMs: number; readonly toMs: number } {
  const timeOf = (option: string, text: string): number => {
    if (BEFORE_NOW.test(`-${text}`))
      throw new UsageError(`${option}: ${text} needs a minus; -${text} is so long ago`);
    const [, count, unit] = BEFORE_NOW.exec(text) ?? [];
    return count === undefined
      ? readTime(option, text)
      : nowMs - Number(count) * UNIT_MS[unit as 'm' | 'h' | 'd'];
  };
  const from = parsed.text('from');
  if (from === undefined) throw new UsageError('--from-source needs --from, such as -24h');
  const fromMs = timeOf('--from', from);
  const toMs = Math.min(nowMs, timeOf('--to', parsed.text('to') ?? '-0m'));
  if (fromMs >= toMs) throw new UsageError('--from must be before --to, and before now');
  return { fromMs, toMs };
}
