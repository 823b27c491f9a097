import { existsSync, readFileSync, rmSync } from 'node:fs';
import { join } from 'node:path';
import type { ModelsAdmin } from '../http/port.ts';
import type { ModelOrigin, ModelShelf, ShelvedModel } from '../models/index.ts';
import type { Runtime } from '../runtime/index.ts';
import type { Flow } from './flow.ts';
import { type LoadedModel, loadModel, modelData } from './model.ts';
import type { Vocabulary } from './vocabulary.ts';

export interface ModelVersionsParts {
  readonly vocabulary: Vocabulary;
  readonly flow: Flow;
  readonly shelf: ModelShelf;
  /** What the process started from. */
  readonly model: LoadedModel;
  /** The configured model that this descends from. */
  readonly base: string;
}

export type WentBack =
  /** `version`: what was gone back to, written as the newest, so that a restart keeps it. */
  | { readonly kind: 'done'; readonly version: string }
  | { readonly kind: 'missing' }
  /** It cannot be read, or the new version cannot be written; in our words. */
  | { readonly kind: 'refused'; readonly reason: string };

/** How the command line asks a service to go back: a file with the name, taken away when it was answered. */
export const ROLLBACK_REQUEST = 'rollback.request';

/** Versions of what is learned: written on a schedule, listed, gone back to. */
export class ModelVersions {
  readonly #parts: ModelVersionsParts;
  readonly #runtime: Runtime;
  #current: string;
  /** When the newest version was written, epoch ms by the clock; the model's own time before the first. */
  #writtenAtMs: number;

  constructor(parts: ModelVersionsParts, runtime: Runtime) {
    this.#parts = parts;
    this.#runtime = runtime;
    this.#current = parts.model.name;
    const trained = Date.parse(parts.model.trainedOn.to);
    this.#writtenAtMs = Number.isNaN(trained) ? runtime.clock.now() : trained;
  }

  /** Seconds since what is learned was last written. */
  get ageSeconds(): number {
    return Math.max(0, (this.#runtime.clock.now() - this.#writtenAtMs) / 1000);
  }

  /** Newest first. */
  list(): readonly ShelvedModel[] {
    return this.#parts.shelf.list().reverse();
  }

  current(): { readonly name: string; readonly forests: string } {
    return { name: this.#current, forests: this.#forestsOf };
  }

  get #forestsOf(): string {
    return this.#parts.flow.verdicts.forestsOf ?? this.#parts.model.name;
  }

  /** Writes what is learned now; undefined when that is nothing yet. Throws when it cannot be written. */
  snapshot(kind: ModelOrigin['kind'] = 'snapshot', forests?: LoadedModel['forests']): string | undefined {
    const learned = this.#learned(forests);
    if (learned.baselines.size === 0) return undefined;
    const name = this.#write(learned, kind, this.#current);
    this.#current = name;
    return name;
  }

  /** Forests fitted anew are written as a version, and taken from there: one input, the same when it is played back. */
  takeForests(forests: LoadedModel['forests']): string | undefined {
    const name = this.snapshot('refit', new Map([...this.#parts.flow.verdicts.forests, ...forests]));
    if (name === undefined) return undefined;
    this.#parts.flow.learned({ type: 'forests', model: name });
    return name;
  }

  goBackTo(name: string, by: string): WentBack {
    const { shelf, vocabulary, flow } = this.#parts;
    if (!shelf.list().some((version) => version.name === name)) return { kind: 'missing' };
    const outcome = loadModel(join(shelf.directory, name), vocabulary.table);
    if (!outcome.ok) return { kind: 'refused', reason: outcome.reason };
    try {
      const written = this.#write(outcome.model, 'rollback', name);
      flow.learned({ type: 'model', model: written });
      this.#current = written;
      this.#runtime.logger.warn({ model: name, by, version: written }, 'went back to an earlier model');
      return { kind: 'done', version: written };
    } catch (error) {
      this.#runtime.logger.error({ err: error, model: name }, 'going back to an earlier model failed');
      return { kind: 'refused', reason: 'the version could not be written; see the log' };
    }
  }

  /** What the command line asked for, if anything. */
  answerRequest(): void {
    const path = join(this.#parts.shelf.directory, ROLLBACK_REQUEST);
    if (!existsSync(path)) return;
    try {
      const name = readFileSync(path, 'utf8').trim().slice(0, 200);
      const outcome = this.goBackTo(name, 'command line');
      if (outcome.kind !== 'done')
        this.#runtime.logger.error({ model: name, outcome }, 'cannot go back to this model');
    } finally {
      rmSync(path, { force: true, recursive: true });
    }
  }

  #learned(forests?: LoadedModel['forests']): LoadedModel {
    const { flow, model } = this.#parts;
    const { verdicts, traces } = flow;
    const baselines = new Map(
      [...verdicts.baselines.entries()].flatMap(([id, baseline]) =>
        baseline === undefined ? [] : [[id, baseline] as const],
      ),
    );
    const to = flow.eventTimeUs === 0 ? model.trainedOn.to : new Date(flow.eventTimeUs / 1000).toISOString();
    return {
      name: this.#current,
      baselines,
      forests: forests ?? verdicts.forests,
      skew: traces.measurer.skew.offsets(),
      spreads: verdicts.places.spreads,
      trainedOn: {
        from: model.trainedOn.from === '' ? to : model.trainedOn.from,
        to,
        spans: model.trainedOn.spans + traces.assembler.counts.spansIn,
        traces: model.trainedOn.traces + traces.traces,
        windows: model.trainedOn.windows + verdicts.windows,
      },
    };
  }

  #write(model: LoadedModel, kind: ModelOrigin['kind'], of: string): string {
    const { shelf, vocabulary, base } = this.#parts;
    const now = this.#runtime.clock.now();
    const data = modelData(vocabulary.table, model);
    const name = shelf.write(
      { ...data, createdAt: new Date(now).toISOString(), origin: { kind, of, base } },
      [this.#current, this.#forestsOf],
    );
    this.#writtenAtMs = now;
    return name;
  }
}

/** Versions as the API hands them out. */
export function modelsAdmin(versions: ModelVersions): ModelsAdmin {
  const shown = ({ name, createdAt, origin }: ShelvedModel) => ({
    name,
    createdAt: Date.parse(createdAt),
    reason: `${origin.kind} of ${origin.of}`,
  });
  const current = () => {
    const { name } = versions.current();
    const shelved = versions.list().find((version) => version.name === name);
    return shelved === undefined ? { name, reason: 'configured' } : shown(shelved);
  };
  return {
    list: () => Promise.resolve(versions.list().map(shown)),
    current,
    rollBack: (name) => {
      const outcome = versions.goBackTo(name, 'api');
      return Promise.resolve(outcome.kind === 'done' ? { kind: 'done', model: current() } : outcome);
    },
  };
}
