import { writeFileSync } from 'node:fs';
import { replay } from '../app/replay.ts';
import { createVocabulary } from '../app/vocabulary.ts';
import type { Config } from '../config/index.ts';
import type { Incident, IncidentEvent } from '../domain/incident.ts';
import type { Report } from '../domain/report.ts';
import { composeMessage, renderTerminal, replayLines } from '../messages/index.ts';
import { createWallClock } from '../runtime/index.ts';
import { RANGE_OPTIONS, readArguments, readExcluded, readRange } from './arguments.ts';
import type { Command, Terminal } from './command.ts';
import { readConfiguration } from './configuration.ts';
import { openModel } from './model-option.ts';
import { Progress } from './progress.ts';
import { openReading } from './reading.ts';
import { CommandError, UsageError } from './usage-error.ts';

const help = `spanwatch replay FILE... --model DIR [--from T] [--to T] [--exclude T1/T2]... [--report out.json] [-c spanwatch.yaml]

Runs spans from files through the code of "spanwatch run", on their own time and as fast as it goes, and says which
incidents it would have opened. The same files, model, configuration and seed give the same bytes.

  FILE            as for "spanwatch learn"
  --model         model to judge by; what is seen is learned on the way, as in "run"
  --from, --to    only spans that end in this stretch; RFC 3339
  --exclude       a stretch T1/T2 that is judged but not learned. May be repeated
  --report        writes the findings as JSON (docs/report.schema.json); - is standard output
  -c, --config    configuration, default ./spanwatch.yaml if there is one: the budget, the waits, the language

Exit code 0 whether or not there were incidents.
`;

export const replayCommand: Command = {
  name: 'replay',
  summary: 'run files through the detection, and report',
  help,
  run: async (args, terminal) => {
    const parsed = readArguments(args, {
      ...RANGE_OPTIONS,
      model: { type: 'string' },
      report: { type: 'string' },
      config: { type: 'string', short: 'c' },
    });
    const { config, source } = readConfiguration(parsed.text('config'), { secrets: false });
    const directory = parsed.text('model') ?? config.model;
    if (directory === undefined)
      throw new UsageError('--model DIR is missing: learn one with "spanwatch learn"');
    const report = parsed.text('report');
    const vocabulary = createVocabulary(config.names);
    const model = openModel(directory, vocabulary);
    const reading = openReading(parsed.positionals, vocabulary.names, readRange(parsed), terminal);
    const progress = new Progress('replaying', reading.counts, { terminal, clock: createWallClock() });
    const result = await replay({ vocabulary, model }, reading.records, {
      config,
      configSource: source,
      excluded: readExcluded(parsed),
      counts: reading.counts,
      onRecord: (us) => progress.at(us),
      onForeign: () =>
        terminal.err(
          'none of the entry operations in these files is in the model: was it learned from another system?\n',
        ),
      ...(report === '-' ? {} : { onEvent: printer(config, terminal) }),
    });
    progress.done();
    reading.summarise();
    writeReport(report, result, terminal);
    if (report !== '-') terminal.out(`${replayLines(result, config.locale).join('\n')}\n`);
    return 0;
  },
};

/** What chat would have shown, for the events that wake people. */
function printer(config: Config, terminal: Terminal): (incident: Incident, event: IncidentEvent) => void {
  const links = config.links.trace === undefined ? {} : { traceUrl: config.links.trace };
  const printed = new Set<string>();
  return (incident, event) => {
    if (event.type === 'updated' || event.type === 'feedback' || incident.severity === 'P3') return;
    // What was P3 before was not printed: then this is its opening to whoever reads.
    const first = !printed.has(incident.id);
    printed.add(incident.id);
    const message = composeMessage({ incident, event, locale: config.locale, links, first });
    terminal.out(`${renderTerminal(message, { color: terminal.color })}\n`);
  };
}

function writeReport(path: string | undefined, report: Report, terminal: Terminal): void {
  if (path === undefined) return;
  const text = `${JSON.stringify(report, null, 2)}\n`;
  if (path === '-') {
    terminal.out(text);
    return;
  }
  try {
    writeFileSync(path, text);
  } catch (error) {
    const code = (error as NodeJS.ErrnoException).code ?? 'unknown error';
    throw new CommandError(`the report cannot be written to ${path} (${code})`);
  }
}
