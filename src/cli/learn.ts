import { learn } from '../app/learn.ts';
import { modelData } from '../app/model.ts';
import { createVocabulary } from '../app/vocabulary.ts';
import type { LearnedStretch } from '../domain/learned-stretch.ts';
import { learnedLines } from '../messages/index.ts';
import { type ModelData, whyNotWritable, writeModel } from '../models/index.ts';
import { createWallClock, FolderError } from '../runtime/index.ts';
import { RANGE_OPTIONS, readArguments, readExcluded, readRange } from './arguments.ts';
import type { Command } from './command.ts';
import { readConfiguration } from './configuration.ts';
import { Progress } from './progress.ts';
import { joinNegative, openPast } from './past-reading.ts';
import { openReading } from './reading.ts';
import { CommandError, UsageError } from './usage-error.ts';

/** Below this the windows are too few for how much a quiet hour varies. */
const LEAST_MS = 29 * 60_000;

const help = `spanwatch learn FILE... -o models/NAME [--from T] [--to T] [--exclude T1/T2]... [-c spanwatch.yaml]
spanwatch learn --from-source NAME --from T -o models/NAME [--to T] [--exclude T1/T2]... [-c spanwatch.yaml]

Learns what is normal from spans in files, or from what Jaeger, Elasticsearch or Kafka still hold, and writes it as a model.

  FILE            OTLP JSON or protobuf, Jaeger JSON, Zipkin JSON; one document or one a line; gzipped or not;
                  - is standard input. Recognised by content; several files are merged by time.
  --from-source   a source of the configuration that holds the past: jaeger-query, elasticsearch or kafka; needs
                  --from, which may be -90m, -24h or -7d before now
  -o, --output    directory to write the model to; an older model there is replaced, anything else is refused
  --from, --to    only spans that end in this stretch; RFC 3339, such as 2026-01-31T08:00:00Z
  --exclude       a stretch T1/T2 that is not learned: a known fault. May be repeated
  -c, --config    configuration, default ./spanwatch.yaml if there is one; its limits and seed are used

Faults nobody labelled are dropped by the fit as long as they are few. Times in which something was slower, or failed
more, than in the rest are named at the end, with the --exclude to learn again without them. Half an hour of ordinary traffic is the least
that makes sense, a day is good. From two whole days on, latencies that are slower at the same time of each day are
expected to be; from two whole weeks on, the hours of the week are told apart.
`;

export const learnCommand: Command = {
  name: 'learn',
  summary: 'learn what is normal from files or from a source, into a model',
  help,
  run: async (args, terminal) => {
    const parsed = readArguments(joinNegative(args), {
      ...RANGE_OPTIONS,
      'from-source': { type: 'string' },
      output: { type: 'string', short: 'o' },
      config: { type: 'string', short: 'c' },
    });
    const output = parsed.text('output');
    if (output === undefined) throw new UsageError('-o models/NAME is missing: where the model goes');
    const refused = whyNotWritable(output);
    if (refused !== undefined) throw new UsageError(`-o: ${refused}`);
    const { config } = readConfiguration(parsed.text('config'), {
      secrets: parsed.text('from-source') !== undefined,
    });
    const excluded = readExcluded(parsed);
    const vocabulary = createVocabulary(config.names);
    const reading =
      parsed.text('from-source') === undefined
        ? openReading(parsed.positionals, vocabulary.names, readRange(parsed), terminal)
        : await openPast(parsed, { config, vocabulary }, createWallClock());
    const progress = new Progress('learning', reading.counts, { terminal, clock: createWallClock() });
    let stretches: readonly LearnedStretch[] = [];
    const model = await learn(vocabulary, reading.records, {
      assemble: config.assemble,
      excluded,
      seed: config.seed,
      stretches: {
        falseAlertsPerWeek: config.falseAlertsPerWeek,
        onFound: (found) => (stretches = found),
      },
      onRecord: (us) => progress.at(us),
    });
    progress.done();
    reading.summarise();
    if (model.baselines.size === 0) {
      throw new CommandError(
        `too little to learn from: ${model.trainedOn.traces} traces in ${model.trainedOn.windows} windows of 10 s; give half an hour of ordinary traffic, or more`,
      );
    }
    writeOrExplain(output, modelData(vocabulary.table, model));
    const { from, to } = model.trainedOn;
    if (Date.parse(to) - Date.parse(from) < LEAST_MS)
      terminal.err(
        `only ${Math.round((Date.parse(to) - Date.parse(from)) / 60_000)} minutes: less than half an hour says little about what is normal; expect false alerts\n`,
      );
    for (const line of learnedLines(stretches, config.locale)) terminal.err(`${line}\n`);
    const seasonal = [...model.baselines.values()].filter(({ season }) => season !== undefined).length;
    terminal.out(
      `${output}: ${model.baselines.size} components of ${vocabulary.names.serviceCount} services, ` +
        (seasonal === 0 ? '' : `${seasonal} with a season, `) +
        `${model.forests.size} forests, from ${model.trainedOn.traces} traces, ` +
        `${from} to ${to}\n`,
    );
    return 0;
  },
};

function writeOrExplain(directory: string, model: ModelData): void {
  try {
    writeModel(directory, model);
  } catch (error) {
    const { code = 'unknown error' } = error as NodeJS.ErrnoException;
    const why = error instanceof FolderError ? error.message : code;
    throw new CommandError(`the model cannot be written to ${directory} (${why})`);
  }
}
