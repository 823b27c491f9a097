import { existsSync, watch } from 'node:fs';
import { join } from 'node:path';
import { DatabaseSync } from 'node:sqlite';
import { setTimeout as pause } from 'node:timers/promises';
import { Agent, request } from 'undici';
import { type RunningService, startService } from '../../verify/spanwatch-process.ts';

/** Deliveries that a kill left between being sent and being recorded: what the next start counts as possible duplicates. */
export function deliveriesInDoubt(dataDir: string): string[] {
  return idsOf(dataDir, `state = 'sending'`);
}

/** Whether messages wait in the store of a process that has ended. */
export function hasUnsent(dataDir: string): boolean {
  return idsOf(dataDir, `state IN ('pending', 'sending')`).length > 0;
}

function idsOf(dataDir: string, where: string): string[] {
  const path = join(dataDir, 'spanwatch.db');
  if (!existsSync(path)) return [];
  const database = new DatabaseSync(path);
  try {
    return database
      .prepare(`SELECT id FROM delivery WHERE ${where}`)
      .all()
      .map(({ id }) => String(id));
  } finally {
    database.close();
  }
}

/** A process of the service and those before it: killed and started again, with what that left counted. */
export class Lives {
  readonly #config: string;
  readonly #dataDir: string;
  readonly #agent = new Agent({ connections: 1, headersTimeout: 60_000, bodyTimeout: 60_000 });
  #service: RunningService | undefined;
  #dead = true;
  /** Deliveries in doubt at each start, starts that were killed before they were up included. */
  readonly inDoubt: string[] = [];
  /** What the processes that came up counted as possible duplicates, and what there was to count. */
  counted = 0;
  toCount = 0;
  starts = 0;
  startMs = 1000;

  constructor(config: string, dataDir: string) {
    this.#config = config;
    this.#dataDir = dataDir;
  }

  get alive(): boolean {
    return !this.#dead;
  }

  get service(): RunningService {
    if (this.#service === undefined) throw new Error('nothing was started');
    return this.#service;
  }

  async start(): Promise<void> {
    const left = deliveriesInDoubt(this.#dataDir);
    this.inDoubt.push(...left);
    const startedAt = performance.now();
    const service = (this.#service = await startService(this.#config));
    this.startMs = performance.now() - startedAt;
    this.starts++;
    this.#dead = false;
    void service.ended.then(() => (this.#dead = true));
    this.counted += await this.#possibleDuplicates();
    this.toCount += left.length;
  }

  /** Starts a process and kills it before it is up. */
  async startAndKill(afterMs: number): Promise<void> {
    this.inDoubt.push(...deliveriesInDoubt(this.#dataDir));
    const abort = new AbortController();
    const killed = pause(afterMs).then(() => abort.abort());
    await startService(this.#config, { signal: abort.signal }).catch(() => undefined);
    await killed;
  }

  kill(): void {
    this.#dead = true;
    this.#service?.signal('SIGKILL');
  }

  async gone(): Promise<void> {
    await this.service.ended;
  }

  /** Whether the service answered that it has the spans. */
  async post(body: Uint8Array): Promise<boolean> {
    try {
      const response = await request(`${this.service.source}/v1/traces`, {
        method: 'POST',
        dispatcher: this.#agent,
        headers: { 'content-type': 'application/json', 'content-encoding': 'gzip' },
        body,
      });
      const text = await response.body.text();
      if (response.statusCode !== 200) throw new Refused(`${response.statusCode}: ${text.slice(0, 200)}`);
      return true;
    } catch (error) {
      if (error instanceof Refused || this.alive) {
        if (error instanceof Refused) throw error;
        await pause(20);
      }
      return false;
    }
  }

  /** Calls back at once when a checkpoint begins to be written. The returned function ends it. */
  onCheckpoint(callback: () => void): () => void {
    const watcher = watch(join(this.#dataDir, 'state'), (_, name) => {
      if (name?.endsWith('.tmp') === true) callback();
    });
    watcher.on('error', () => undefined);
    return () => watcher.close();
  }

  async close(): Promise<void> {
    if (this.alive) this.kill();
    await this.#service?.ended;
    await this.#agent.close();
  }

  async #possibleDuplicates(): Promise<number> {
    if (!this.alive) return 0;
    try {
      const { body } = await request(`${this.service.http}/metrics`);
      const lines = (await body.text()).split('\n');
      const own = lines.filter((line) => /^spanwatch_notifications_total.*possible_duplicate/.test(line));
      return own.reduce((sum, line) => sum + Number(line.split(' ').at(-1)), 0);
    } catch {
      return 0;
    }
  }
}

class Refused extends Error {}
