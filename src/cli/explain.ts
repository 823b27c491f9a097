import { type Explanation, forEachTrace, TraceExplainer } from '../app/explain.ts';
import { createVocabulary } from '../app/vocabulary.ts';
import { wordsToHex } from '../domain/ids.ts';
import { formatShare } from '../domain/format.ts';
import { printable } from '../domain/printable.ts';
import type { Trace } from '../domain/trace.ts';
import { incidentWords } from '../messages/index.ts';
import { readArguments } from './arguments.ts';
import type { Command } from './command.ts';
import { readConfiguration } from './configuration.ts';
import { openModel } from './model-option.ts';
import { openReading } from './reading.ts';

const help = `spanwatch explain FILE... [--model DIR] [--json] [-c spanwatch.yaml]

Explains each trace: its critical path (who was waited for at every instant) and, with a model, whether it is
anomalous, which service is to blame, and why.

  FILE           as for "spanwatch learn"
  --model        model to judge by; without one, structure alone
  --json         a line of JSON a trace
  -c, --config   configuration, default ./spanwatch.yaml if there is one; its limits are used
`;

export const explainCommand: Command = {
  name: 'explain',
  summary: 'explain single traces: critical path, verdict, suspects',
  help,
  run: async (args, terminal) => {
    const parsed = readArguments(args, {
      model: { type: 'string' },
      json: { type: 'boolean' },
      config: { type: 'string', short: 'c' },
    });
    const { config } = readConfiguration(parsed.text('config'), { secrets: false });
    const vocabulary = createVocabulary(config.names);
    const directory = parsed.text('model');
    const model = openModel(directory, vocabulary);
    const isJudged = directory !== undefined;
    const reading = openReading(parsed.positionals, vocabulary.names, {}, terminal);
    const explainer = new TraceExplainer(vocabulary, model);
    const json = parsed.flag('json');
    const limits = {
      ...config.assemble,
      maxSpansPerTrace: Math.max(MOST_SPANS, config.assemble.maxSpansPerTrace),
    };
    await forEachTrace(vocabulary, reading.records, limits, (trace) => {
      if (trace.dropped > 0) {
        terminal.err(
          `trace ${wordsToHex(trace.traceId, 0, 4)}: ${trace.dropped} of its spans are over the limit and left out\n`,
        );
      }
      const explanation = explainer.explain(trace);
      if (json) terminal.out(`${JSON.stringify(explanation)}\n`);
      else terminal.out(`${linesOf(explanation, trace, isJudged).join('\n')}\n\n`);
    });
    reading.summarise();
    return 0;
  },
};

const MOST_SECTIONS = 12;
/** Less is told as 0%, and is nobody's fault. */
const LEAST_SHARE = 0.005;
/** A file is explained whole: ten times what the service keeps of one trace. */
const MOST_SPANS = 250_000;

/** `isJudged`: there was a model; without one nothing is said of what is usual. */
function linesOf(explanation: Explanation, trace: Trace, isJudged: boolean): readonly string[] {
  const { traceId, spans, anomalous, score, evidence, criticalPath } = explanation;
  const totalUs = criticalPath.reduce((sum, { fromUs, toUs }) => sum + toUs - fromUs, 0);
  const words = incidentWords('en');
  const verdict = isJudged ? `${anomalous ? ', ANOMALOUS' : ''}, score ${score.toFixed(2)}` : '';
  const lines = [`trace ${traceId}: ${spans} spans, ${milliseconds(totalUs)}${verdict}`];
  lines.push(...suspectLines(explanation, isJudged));
  // One trace is one witness of each.
  for (const line of words.evidence(evidence.map((piece) => ({ ...piece, count: 0 }))))
    lines.push(`  ${line}`);
  const spanNames = namesOfSpans(trace);
  const longest = criticalPath
    .toSorted((a, b) => b.toUs - b.fromUs - (a.toUs - a.fromUs))
    .slice(0, MOST_SECTIONS);
  lines.push('  critical path, longest sections:');
  for (const { spanId, fromUs, toUs } of longest) {
    const part = totalUs === 0 ? 0 : Math.round(((toUs - fromUs) / totalUs) * 100);
    lines.push(
      `  ${milliseconds(toUs - fromUs).padStart(12)} ${String(part).padStart(3)}%  ${spanNames.get(spanId) ?? spanId}`,
    );
  }
  return lines;
}

/** Who is to blame, where something is wrong; without a model, whose part of the path is the longest. */
function suspectLines({ suspects, evidence }: Explanation, isJudged: boolean): readonly string[] {
  if (isJudged && evidence.length === 0) return ['  nothing stands out: no suspect'];
  const words = incidentWords('en');
  return suspects
    .filter(({ share }, i) => i === 0 || share >= LEAST_SHARE)
    .map((suspect, i) => {
      const what = isJudged ? `: ${words.why(suspect, evidence, 'now')}` : ' of the critical path';
      return `  ${i + 1}. ${words.suspectName(suspect)} ${formatShare(suspect.share)}${what}`;
    });
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
