import { request } from 'undici';
import { checkChannel } from '../notify/index.ts';
import { createWallClock, parseJson } from '../runtime/index.ts';
import { apiAddress } from './ask-service.ts';
import { createVocabulary } from '../app/vocabulary.ts';
import { formatProblems, loadConfig, revealChannels, revealToken } from '../config/index.ts';
import type { Config, ConfigOutcome } from '../config/index.ts';
import { describeStore } from '../store/index.ts';
import { describeSink } from '../sink/index.ts';
import { folderProblem } from './check-folder.ts';
import { checkKafka } from './check-kafka.ts';
import { checkReceiver, type RunningSpanwatch } from './check-receiver.ts';
import { checkPullSource, type SourceFinding } from './check-sources.ts';
import { readArguments } from './arguments.ts';
import { UsageError } from './usage-error.ts';
import type { Command } from './command.ts';
import { logReader } from '../app/log-readers.ts';
import { loadModel } from '../app/model.ts';
import { storeAccess } from '../app/open-store.ts';
import { sinkConfig } from '../app/sinks.ts';
import { ownersOf } from '../app/policy-config.ts';
import { incidentUrlOf } from '../app/public-url.ts';

const help = `spanwatch check [-c spanwatch.yaml] [--connect]

Says whether the configuration, the model and, with --connect, the way to every source and channel are in order. All
mistakes are named at once, with their line. Sends no message.

  -c, --config   configuration; default ./spanwatch.yaml
  --connect      also tries whether each source's port is free, each channel's host can be reached and, where the
                 vendor can be asked without disturbing people, whether the token is valid; only
                 \`spanwatch notify test CHANNEL\` proves the rest
`;

interface Finding {
  readonly what: string;
  readonly problem?: string;
  /** It works, and is hardly what was meant: no reason to fail. */
  readonly warning?: string;
}

export const checkCommand: Command = {
  name: 'check',
  summary: 'is everything in order? configuration, model, connections',
  help,
  run: async (args, terminal) => {
    const parsed = readArguments(args, {
      config: { type: 'string', short: 'c' },
      connect: { type: 'boolean' },
    });
    if (parsed.positionals.length > 0) throw new UsageError(`unexpected: ${parsed.positionals.join(' ')}`);
    const outcome = loadConfig(parsed.text('config'));
    if (!outcome.ok) {
      terminal.err(`${formatProblems(outcome.problems, outcome.source)}\n`);
      return 1;
    }
    const { config } = outcome;
    const findings: Finding[] = [
      { what: `configuration ${outcome.source === 'defaults' ? NO_FILE : outcome.source}` },
      checkModel(config),
      ...checkDataDir(config),
      ...checkOwners(outcome),
      ...outcome.warnings.map((one): Finding => {
        const warning = formatProblems([one], outcome.source);
        return { what: 'configuration', warning };
      }),
      ...checkPublicUrl(config),
    ];
    if (config.sources.length === 0)
      findings.push({ what: 'sources', problem: 'there is none: nothing would come in' });
    if (config.channels.length === 0)
      findings.push({ what: 'channels', problem: 'there is none: nobody would be told' });
    if (parsed.flag('connect')) findings.push(...(await checkConnections(config)));
    for (const finding of findings) terminal.out(lineOf(finding));
    return findings.some(({ problem }) => problem !== undefined) ? 1 : 0;
  },
};

const NO_FILE = 'is all defaults: there is no spanwatch.yaml here';

function lineOf({ what, problem, warning }: Finding): string {
  if (problem !== undefined) return `WRONG ${what}: ${problem}\n`;
  return warning === undefined ? `ok    ${what}\n` : `WARN  ${what}: ${warning}\n`;
}

/** Messages are read on other machines than this one, except by what runs here. */
const READ_HERE: ReadonlySet<string> = new Set(['terminal', 'exec']);

function checkPublicUrl({ channels, http }: Config): readonly Finding[] {
  const far = channels.find(({ type }) => !READ_HERE.has(type));
  if (far === undefined || http.publicUrl !== undefined) return [];
  const there = incidentUrlOf(http, { port: http.port, url: `http://${http.host}:${http.port}` });
  const warning = `not set: messages to ${far.name} link to ${there}, which may be dead for whoever reads them`;
  return [{ what: 'http.publicUrl', warning }];
}

function checkOwners({
  config: { policy },
  source,
  place,
}: Extract<ConfigOutcome, { ok: true }>): readonly Finding[] {
  if (policy.ownersFile === undefined) return [];
  try {
    return [{ what: `owners: ${ownersOf(policy).length} rules` }];
  } catch (error) {
    const message = error instanceof Error ? error.message : 'unreadable';
    const { line } = place('policy.ownersFile');
    return [{ what: 'owners', problem: line === undefined ? message : `${source}:${line}: ${message}` }];
  }
}

function checkDataDir({ dataDir }: Config): readonly Finding[] {
  const problem = folderProblem(dataDir);
  return problem === undefined ? [] : [{ what: 'dataDir', problem }];
}

function checkModel(config: Config): Finding {
  if (config.model === undefined) return { what: 'model: none, everything is learned first' };
  const outcome = loadModel(config.model, createVocabulary(config.names).table);
  if (!outcome.ok) return { what: 'model', problem: outcome.reason };
  const { baselines, trainedOn } = outcome.model;
  return {
    what: `model ${config.model}: ${baselines.size} components, trained on ${trainedOn.from} to ${trainedOn.to}`,
  };
}

async function checkConnections(config: Config): Promise<Finding[]> {
  const ownApi = runningSpanwatch(config);
  const sources = config.sources.map(async (source): Promise<Finding> => {
    if (source.type === 'kafka') {
      const { found, ...rest } = await checkKafka(config, source);
      return { what: `source ${source.name}: ${found}`, ...rest };
    }
    if (source.type === 'jaeger-query' || source.type === 'elasticsearch') {
      return findingOf(`source ${source.name}`, await checkPullSource(config, source));
    }
    return findingOf(`source ${source.name}`, await checkReceiver(source, source.name, ownApi));
  });
  const pages = checkPages(config, ownApi);
  const clock = createWallClock();
  const channels = revealChannels(config).map(async (channel): Promise<Finding> => {
    const { found, problem } = await checkChannel(channel, clock);
    const what = `channel ${channel.name}: ${found}`;
    return problem === undefined ? { what } : { what, problem };
  });
  const sinks = config.sinks.map(async (sink) =>
    findingOf(`sink ${sink.name}`, await describeSink(sinkConfig(sink))),
  );
  const store = config.store.kind === 'sqlite' ? [] : [checkStore(config)];
  const logs = config.logs.sources.map(async (source): Promise<Finding> => {
    const reader = logReader(source, TIMEOUT_MS);
    const { found, problem } = await reader.describe(AbortSignal.timeout(TIMEOUT_MS));
    await reader.close();
    const what = `logs ${source.name}: ${found}`;
    return problem === undefined ? { what } : { what, problem };
  });
  return Promise.all([...sources, pages, ...logs, ...channels, ...sinks, ...store]);
}

/** That our own pages are up is no fault: sources that are asked can be checked beside it. */
async function checkPages({ http }: Config, ownApi: Promise<RunningSpanwatch | undefined>): Promise<Finding> {
  const { what, problem } = findingOf('http', await checkReceiver(http, undefined, ownApi));
  if (problem === undefined) return { what };
  return (await ownApi) === undefined ? { what, problem } : { what, warning: problem };
}

async function checkStore(config: Config): Promise<Finding> {
  return findingOf('store', await describeStore(storeAccess(config)));
}

function findingOf(of: string, { found, problem }: SourceFinding): Finding {
  const what = `${of}: ${found}`;
  return problem === undefined ? { what } : { what, problem };
}

/** Whoever answers as our own API does where the configuration has it; it is asked with the configuration's token. */
async function runningSpanwatch(config: Config): Promise<RunningSpanwatch | undefined> {
  if (config.http.port === 0) return undefined;
  const { token } = revealToken(config.http);
  const get = async (path: string): Promise<string> => {
    const { body } = await request(`${apiAddress(config)}${path}`, {
      headers: token === undefined ? {} : { authorization: `Bearer ${token}` },
      signal: AbortSignal.timeout(TIMEOUT_MS),
    });
    return body.text();
  };
  try {
    const answer = parseJson(await get('/api/v1/status'));
    const fields = answer.ok && typeof answer.value === 'object' && answer.value !== null ? answer.value : {};
    if (!('version' in fields && 'budget' in fields)) return undefined;
    const metrics = await get('/metrics');
    return { received: (source) => receivedIn(metrics, source) };
  } catch {
    return undefined;
  }
}

function receivedIn(metrics: string, source: string): number {
  const head = `spanwatch_received_spans_total{source="${source}"} `;
  const line = metrics.split('\n').find((each) => each.startsWith(head));
  return line === undefined ? 0 : Number(line.slice(head.length));
}

/** Three seconds are more than any connection that is good enough for alerts. */
const TIMEOUT_MS = 3_000;
