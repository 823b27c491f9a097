import { type Explanation, LEAST_SHARE } from '../app/explain.ts';
import { explainTraces } from '../app/explain-traces.ts';
import { createVocabulary } from '../app/vocabulary.ts';
import { wordsToHex } from '../domain/ids.ts';
import type { Locale } from '../domain/message.ts';
import { printable } from '../domain/printable.ts';
import type { Trace } from '../domain/trace.ts';
import { pathHeading, traceLines } from '../messages/index.ts';
import { readArguments } from './arguments.ts';
import type { Command } from './command.ts';
import { readConfiguration } from './configuration.ts';
import { openModel } from './model-option.ts';
import { openReading } from './reading.ts';
import { CommandError, UsageError } from './usage-error.ts';

const help = `spanwatch explain FILE... [--model DIR] [--trace ID]... [--json] [-c spanwatch.yaml]

Explains each trace: its critical path (who was waited for at every instant) and, with a model, whether it is
anomalous, which service is to blame and why not its neighbours, how sure that is, and, as far as the other traces of
the files tell, since when.

  FILE           as for "spanwatch learn"; give the traces around it too, and it can say since when
  --model        model to judge by; without one, structure alone
  --trace        explains this one alone, by its 32 hex digits. May be repeated
  --json         a line of JSON a trace (docs/explain.schema.json)
  -c, --config   configuration, default ./spanwatch.yaml if there is one; its limits, budget and language are used
`;

export const explainCommand: Command = {
  name: 'explain',
  summary: 'explain single traces: critical path, verdict, suspects',
  help,
  run: async (args, terminal) => {
    const parsed = readArguments(args, {
      model: { type: 'string' },
      trace: { type: 'string', multiple: true },
      json: { type: 'boolean' },
      config: { type: 'string', short: 'c' },
    });
    const { config } = readConfiguration(parsed.text('config'), { secrets: false });
    const vocabulary = createVocabulary(config.names);
    const directory = parsed.text('model');
    const wanted = wantedTraces(parsed.texts('trace'));
    const model = openModel(directory, vocabulary);
    const isJudged = directory !== undefined;
    const reading = openReading(parsed.positionals, vocabulary.names, {}, terminal);
    const json = parsed.flag('json');
    const missing = new Set(wanted);
    // What the service keeps of a trace is bounded; a file is explained whole.
    const most = Math.max(MOST_SPANS, config.assemble.maxSpansPerTrace);
    await explainTraces(
      vocabulary,
      { model, ...(isJudged && { beside: openModel(directory, vocabulary) }) },
      reading.records,
      {
        config,
        limits: { ...config.assemble, maxSpansPerTrace: most },
        ...(wanted !== undefined && { wanted }),
        keep: (trace) => {
          missing.delete(wordsToHex(trace.traceId, 0, 4));
          if (trace.dropped > 0)
            terminal.err(
              `trace ${wordsToHex(trace.traceId, 0, 4)}: ${trace.dropped} of its spans are over the limit and left out\n`,
            );
          return json ? undefined : namesOfSpans(trace);
        },
        onExplained: (explanation, names) => {
          if (names === undefined) terminal.out(`${JSON.stringify(explanation)}\n`);
          else
            terminal.out(
              `${linesOf(explanation, { names, isJudged, locale: config.locale }).join('\n')}\n\n`,
            );
        },
      },
    );
    reading.summarise();
    if (missing.size > 0)
      throw new CommandError(`not in these files: trace ${[...missing].join(', trace ')}`);
    return 0;
  },
};

/** Ids as they are written in tools: any case, UUID hyphens, 64 bits; undefined when none was given. */
function wantedTraces(ids: readonly string[]): ReadonlySet<string> | undefined {
  if (ids.length === 0) return undefined;
  return new Set(
    ids.map((id) => {
      const digits = id.replaceAll('-', '').toLowerCase();
      if (!/^[0-9a-f]{1,32}$/.test(digits))
        throw new UsageError(`--trace: ${JSON.stringify(id)} is not a trace id of up to 32 hex digits`);
      return digits.padStart(32, '0');
    }),
  );
}

const MOST_SECTIONS = 12;
/** Less is told as 0%, and is nobody's part of the path. */
const LEAST_PART = 0.005;
/** Ten times what the service keeps of one trace. */
const MOST_SPANS = 250_000;

interface Telling {
  readonly names: ReadonlyMap<string, string>;
  /** There was a model; without one nothing is said of what is usual. */
  readonly isJudged: boolean;
  readonly locale: Locale;
}

function linesOf(explanation: Explanation, { names, isJudged, locale }: Telling): readonly string[] {
  const { criticalPath } = explanation;
  const totalUs = criticalPath.reduce((sum, { fromUs, toUs }) => sum + toUs - fromUs, 0);
  const least = isJudged ? LEAST_SHARE : LEAST_PART;
  const suspects = explanation.suspects.filter(({ share }, i) => i === 0 || share >= least);
  const lines = traceLines({ ...explanation, suspects, tookUs: totalUs }, locale, isJudged);
  const longest = criticalPath
    .toSorted((a, b) => b.toUs - b.fromUs - (a.toUs - a.fromUs))
    .slice(0, MOST_SECTIONS);
  lines.push(`  ${pathHeading(locale)}`);
  for (const { spanId, fromUs, toUs } of longest) {
    const part = totalUs === 0 ? 0 : Math.round(((toUs - fromUs) / totalUs) * 100);
    lines.push(
      `  ${milliseconds(toUs - fromUs).padStart(12)} ${String(part).padStart(3)}%  ${names.get(spanId) ?? spanId}`,
    );
  }
  return lines;
}

function namesOfSpans(trace: Trace): Map<string, string> {
  const names = new Map<string, string>();
  for (let i = 0; i < trace.spanCount; i++) {
    const service = trace.names.serviceIdentity(trace.service[i]).name;
    const operation = trace.names.operationName(trace.operation[i]);
    names.set(wordsToHex(trace.spanId, i * 2, 2), printable(`${service} ${operation}`, 120));
  }
  return names;
}

function milliseconds(us: number): string {
  return us >= 1_000_000 ? `${(us / 1_000_000).toFixed(2)} s` : `${(us / 1000).toFixed(2)} ms`;
}
