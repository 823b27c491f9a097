import { createService, type Service } from '../app.ts';
import { logWarnings } from '../app/config-warnings.ts';
import { type KeptState, openKeptState } from '../app/kept-state.ts';
import { type LoadedModel, modelChecksum, NO_MODEL } from '../app/model.ts';
import { reload } from '../app/reload.ts';
import { createVocabulary } from '../app/vocabulary.ts';
import { type Config, loadConfig } from '../config/index.ts';
import {
  createLogger,
  createMetrics,
  createRandom,
  createWallClock,
  type Runtime,
} from '../runtime/index.ts';
import { readArguments } from './arguments.ts';
import type { Command, Terminal } from './command.ts';
import { readConfiguration } from './configuration.ts';
import { openModel, openStartingModel } from './model-option.ts';
import { CommandError, UsageError } from './usage-error.ts';

const help = `spanwatch run [-c spanwatch.yaml] [--clock wall|event]

Takes spans from the configured sources, judges them, and keeps people informed, until SIGTERM or SIGINT: then it takes
no more, finishes what it has, and ends.

  -c, --config   configuration; default ./spanwatch.yaml (docs/configuration.md)
  --clock        wall: time moves on also when no spans come (default)
                 event: only spans move time, as in "replay"; for feeding captures through the live service
`;

export const runCommand: Command = {
  name: 'run',
  summary: 'the service: take spans, judge, tell people',
  help,
  run: async (args, terminal) => {
    const parsed = readArguments(args, {
      config: { type: 'string', short: 'c' },
      clock: { type: 'string', default: 'wall' },
    });
    const clock = parsed.text('clock');
    if (clock !== 'wall' && clock !== 'event') throw new UsageError('--clock is "wall" or "event"');
    if (parsed.positionals.length > 0) throw new UsageError(`unexpected: ${parsed.positionals.join(' ')}`);
    const configured = readConfiguration(parsed.text('config'));
    const { config, source } = configured;
    if (config.sources.length === 0) {
      const why = source === 'defaults' ? 'there is no spanwatch.yaml here, and so' : `${source}: there is`;
      throw new CommandError(`${why} no source to take spans from; see docs/configuration.md, "sources"`);
    }
    const runtime = liveRuntime(config);
    logWarnings(configured, runtime.logger);
    // From here on a SIGHUP ends nothing: one that comes before all is started is done then.
    let readAgain = (): void => void (askedEarly = true);
    let askedEarly = false;
    terminal.onReload?.(() => readAgain());
    const service = openService(config, runtime, { clock, terminal });
    await startOrExplain(service);
    const { sources, http } = service.addresses();
    let current = config;
    readAgain = (): void => {
      current = reload(current, loadConfig(parsed.text('config')), {
        apply: (next) => service.reconfigure(next),
        logger: runtime.logger,
      });
    };
    runtime.logger.info(
      { sources: { ...askedPlaces(config), ...sources }, http, model: config.model ?? null, config: source },
      'spanwatch is running',
    );
    if (askedEarly) readAgain();
    await terminal.stopped;
    runtime.logger.info('stopping: finishing what is open');
    await service.shutdown();
    runtime.logger.info('stopped');
    return 0;
  },
};

/** What is asked for spans, by source: those that listen are known by their ports. */
function askedPlaces({ sources }: Config): Readonly<Record<string, string>> {
  return Object.fromEntries(
    sources.flatMap((source): [string, string][] => {
      if (source.type === 'kafka')
        return [[source.name, `${source.topics.join(',')} at ${source.brokers.join(',')}`]];
      if (source.type === 'jaeger-query') return [[source.name, source.url]];
      return source.type === 'elasticsearch' ? [[source.name, source.url ?? 'Elastic Cloud']] : [];
    }),
  );
}

function liveRuntime(config: Config): Runtime {
  return {
    clock: createWallClock(),
    logger: createLogger(config.log.level),
    metrics: createMetrics(),
    random: createRandom(config.seed),
  };
}

function openService(
  config: Config,
  runtime: Runtime,
  { clock, terminal }: { clock: 'wall' | 'event'; terminal: Terminal },
): Service {
  const vocabulary = createVocabulary(config.names, config.policy.ownerAttributes);
  const options = { clock, write: terminal.out, color: terminal.color };
  const read = (): LoadedModel => openModel(config.model, vocabulary);
  let kept: KeptState | undefined;
  try {
    kept = openKeptState(config.dataDir, vocabulary, { logger: runtime.logger, limits: config.names });
    const was = kept.left?.facts.model.checksum;
    const isSame = was === undefined || was === checksumOf(config.model);
    // A checkpoint wins. Without one, the newest version of what was learned from this model does.
    const first = (): LoadedModel => (was === undefined ? openStartingModel(config, vocabulary) : read());
    // Numbers of names in what was left are those of the model of then: another one is read after it.
    const parts = isSame
      ? { vocabulary, model: first(), left: { kept } }
      : { vocabulary, model: NO_MODEL, left: { kept, nextModel: read } };
    return createService(config, parts, runtime, options);
  } catch (error) {
    kept?.release();
    throw asCommandError(error);
  }
}

/** '' without a model; undefined when it cannot be read, which is said when it is. */
function checksumOf(directory: string | undefined): string | undefined {
  return directory === undefined ? '' : modelChecksum(directory);
}

async function startOrExplain(service: Service): Promise<void> {
  try {
    await service.start();
  } catch (error) {
    throw asCommandError(error);
  }
}

/** Errors with a code of ours say all there is to say in one line. */
function asCommandError(error: unknown): unknown {
  if (error instanceof Error && 'code' in error) return new CommandError(error.message);
  return error;
}
