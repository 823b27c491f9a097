import { join } from 'node:path';
import type { Config } from '../config/index.ts';
import type { ModelsAdmin } from '../http/port.ts';
import { type Runtime, scheduleCron } from '../runtime/index.ts';
import type { History } from '../history/index.ts';
import type { Store } from '../store/index.ts';
import { FeedbackDesk } from './feedback-desk.ts';
import { createFeedbackReplay } from './feedback-replay.ts';
import type { Flow } from './flow.ts';
import { ForestRefits } from './forest-refits.ts';
import { type LoadedModel, loadModel } from './model.ts';
import { modelsAdmin, ModelVersions } from './model-versions.ts';
import { gauges } from './stage-metrics.ts';
import { baseOf, shelfOf } from './starting-model.ts';
import type { Part } from './supervise.ts';
import type { Vocabulary } from './vocabulary.ts';

export interface LearningParts {
  readonly vocabulary: Vocabulary;
  readonly flow: Flow;
  /** What the process started from. */
  readonly model: LoadedModel;
  readonly store: Pick<Store, 'feedback' | 'incidents'>;
  readonly history: Pick<History, 'windows'>;
}

export interface Learning {
  readonly models: ModelsAdmin;
  readonly versions: ModelVersions;
  readonly feedback: FeedbackDesk;
  /** Starts once the flow has its state back. */
  readonly schedules: Part;
  /** Stops once the flow has ended: writes what was learned since the last version. */
  readonly last: Part;
}

/** How soon the command line's wish to go back is seen. */
const REQUEST_EVERY_MS = 2_000;
/** Feedback that is over stops holding within the hour. */
const EXPIRY_CRON = '7 * * * *';
const DAY_MS = 86_400_000;

/** What is learned beside baselines that follow the traffic: forests on a schedule, versions of the model. */
export function createLearning(config: Config, parts: LearningParts, runtime: Runtime): Learning {
  const { learning, seed } = config;
  const shelf = shelfOf(config);
  const versions = new ModelVersions({ ...parts, shelf, base: baseOf(config.model) }, runtime);
  const refits = new ForestRefits(parts.vocabulary, { flow: parts.flow, versions, seed }, runtime);
  const snapshot = snapshotter(versions, runtime);
  const feedback = openFeedback(config, parts, runtime);
  tellAdoptions(parts, runtime);
  gauges(runtime.metrics)(
    'spanwatch_model_age_seconds',
    'Since what is learned was last written as a model.',
    () => versions.ageSeconds,
  );
  const stops: (() => void)[] = [];
  const every = (expression: string, work: () => void): void => {
    if (expression !== 'off') stops.push(scheduleCron(runtime.clock, { expression }, work));
  };
  let cancel = (): void => undefined;
  const watch = (): void => {
    cancel = runtime.clock.after(REQUEST_EVERY_MS, watch);
    try {
      versions.answerRequest();
    } catch (error) {
      runtime.logger.error({ err: error }, 'the request to go back to a model cannot be read');
    }
  };
  return {
    models: modelsAdmin(versions),
    versions,
    feedback,
    schedules: {
      start: async () => {
        await feedback.start();
        every(EXPIRY_CRON, () => void feedback.refresh().catch(() => undefined));
        every(learning.forestRefit, () => void refits.refit());
        every(learning.snapshot, snapshot);
        watch();
      },
      shutdown: () => {
        cancel();
        for (const stop of stops.splice(0)) stop();
        return feedback.settled();
      },
    },
    last: {
      start: () => Promise.resolve(),
      shutdown: () => Promise.resolve(learning.snapshot === 'off' ? undefined : snapshot()),
    },
  };
}

function openFeedback(
  config: Config,
  { vocabulary, flow, store, history }: LearningParts,
  runtime: Runtime,
): FeedbackDesk {
  const { verdicts } = flow;
  const { table } = vocabulary;
  const wouldFind = createFeedbackReplay({
    ...{ table, history, baselines: verdicts.baselines },
    cut: () => verdicts.cut(),
  });
  return new FeedbackDesk(
    {
      ...{ flow, store, wouldFind, keepMs: config.learning.feedbackDays * DAY_MS },
      // A reload changes it.
      get locale() {
        return config.locale;
      },
    },
    runtime,
  );
}

function tellAdoptions({ vocabulary, flow }: LearningParts, { logger, metrics }: Runtime): void {
  const count = metrics.counter(
    'spanwatch_adopted_levels_total',
    'New levels that became the baseline: harmless within half an hour, or else after a day or by a person.',
    ['harmless'],
  );
  flow.verdicts.onAdopted = ({ component, from, to, sinceMs, harmless }) => {
    count.inc({ harmless: String(harmless) });
    const since = new Date(sinceMs).toISOString();
    logger.info(
      { component: vocabulary.table.key(component), from, to, since, harmless },
      'a new level is normal',
    );
  };
}

/** The models that changes in the flow refer to. */
export function modelsOf(config: Config, { table }: Vocabulary): (name: string) => LoadedModel | undefined {
  const { directory } = shelfOf(config);
  return (name) => {
    const outcome = loadModel(join(directory, name), table);
    return outcome.ok ? outcome.model : undefined;
  };
}

function snapshotter(versions: ModelVersions, { logger, metrics }: Runtime): () => void {
  const count = metrics.counter(
    'spanwatch_model_snapshots_total',
    'Models written of what was learned, by outcome: written, empty (nothing learned yet) or failed.',
    ['outcome'],
  );
  return () => {
    try {
      const name = versions.snapshot();
      count.inc({ outcome: name === undefined ? 'empty' : 'written' });
      if (name !== undefined) logger.info({ model: name }, 'what was learned is written as a model');
    } catch (error) {
      count.inc({ outcome: 'failed' });
      logger.error({ err: error }, 'what was learned could not be written as a model');
    }
  };
}
