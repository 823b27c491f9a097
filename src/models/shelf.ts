import { existsSync, readdirSync, readFileSync, rmSync } from 'node:fs';
import { join } from 'node:path';
import { makeFolder } from '../runtime/make-folder.ts';
import { parseJson } from '../runtime/json.ts';
import type { ModelData } from './model-data.ts';
import { type ModelOutcome, readModel } from './read-model.ts';
import { writeModel } from './write-model.ts';

/** A model on the shelf, by its manifest. */
export interface ShelvedModel {
  readonly name: string;
  /** RFC 3339, by the clock of the process that wrote it. */
  readonly createdAt: string;
  /** Where it comes from. */
  readonly origin: ModelOrigin;
  /** RFC 3339, event time. */
  readonly trainedOn: { readonly from: string; readonly to: string };
  readonly components: number;
  readonly forests: number;
}

export interface ModelOrigin {
  /** `snapshot`: on its schedule or at shutdown; `refit`: with new forests; `rollback`: a person went back to `of`. */
  readonly kind: 'snapshot' | 'refit' | 'rollback';
  /** The model that the process started from or went back to. */
  readonly of: string;
  /** The configured model that it descends from: a version of another one is not started from. */
  readonly base: string;
}

/** What a model's folder on the shelf may be called: never a path. */
const NAME = /^[A-Za-z0-9][A-Za-z0-9._-]{0,99}$/;

/**
 * Versions of the model, in folders of one directory, oldest first by name. Written in one step; never changed after. The oldest go
 * when there are more than `keep`.
 */
export class ModelShelf {
  readonly directory: string;
  readonly #keep: number;

  constructor(directory: string, keep: number) {
    this.directory = directory;
    this.#keep = keep;
  }

  /** Oldest first; what is not whole enough to say what it is is left out. */
  list(): ShelvedModel[] {
    if (!existsSync(this.directory)) return [];
    return readdirSync(this.directory)
      .filter((name) => NAME.test(name))
      .sort()
      .flatMap((name) => this.#describe(name) ?? []);
  }

  /** Never throws; a name that could leave the directory is refused as any unknown one. */
  read(name: string): ModelOutcome {
    if (!NAME.test(name)) return { ok: false, reason: 'no such model' };
    return readModel(join(this.directory, name));
  }

  /**
   * Writes a version, reads it back, and forgets the oldest beyond `keep` (never one of `inUse`). Throws when it cannot be written, or
   * would be refused when read: then nothing is left of it.
   */
  write(model: ModelData & { readonly origin: ModelOrigin }, inUse: readonly string[] = []): string {
    makeFolder(this.directory);
    const name = this.#freeName(model.createdAt);
    const path = join(this.directory, name);
    writeModel(path, model);
    const back = readModel(path);
    if (!back.ok) {
      rmSync(path, { recursive: true, force: true });
      throw new Error(back.reason);
    }
    const names = this.list().map((shelved) => shelved.name);
    const old = names.slice(0, Math.max(0, names.length - this.#keep));
    for (const each of old) {
      if (inUse.includes(each) || each === name) continue;
      rmSync(join(this.directory, each), { recursive: true, force: true });
    }
    return name;
  }

  /** `live-20260501T120000Z`, or with a number when two are written in a second: names sort by age. */
  #freeName(createdAt: string): string {
    const base = `live-${createdAt.replace(/[-:]/g, '').replace(/\.\d+/, '')}`;
    for (let n = 1; ; n++) {
      const name = n === 1 ? base : `${base}-${String(n).padStart(3, '0')}`;
      if (!existsSync(join(this.directory, name))) return name;
    }
  }

  #describe(name: string): ShelvedModel | undefined {
    try {
      const parsed = parseJson(readFileSync(join(this.directory, name, 'manifest.json'), 'utf8'));
      if (!parsed.ok) return undefined;
      const manifest = parsed.value as unknown as Partial<ShelvedModel>;
      const { createdAt, trainedOn, components, forests } = manifest;
      if (createdAt === undefined || trainedOn === undefined) return undefined;
      const origin = manifest.origin ?? { kind: 'snapshot', of: '', base: '' };
      return {
        name,
        createdAt,
        origin,
        trainedOn: { from: trainedOn.from, to: trainedOn.to },
        components: components ?? 0,
        forests: forests ?? 0,
      };
    } catch {
      return undefined;
    }
  }
}
