import { mkdirSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { setTimeout as pause } from 'node:timers/promises';
import { request } from 'undici';
import { type RunningService, type ServiceOptions, startService } from '../../verify/spanwatch-process.ts';
import { dataDirOf } from './fault-outcome.ts';

/** A process of the service and those after it, over one data directory. */
export class Life {
  readonly #config: string;
  readonly #options: ServiceOptions;
  #service: RunningService | undefined;
  starts = 0;
  /** What the last start took. */
  startMs = 2000;

  /** `source` as the configuration has it. */
  constructor(
    folder: string,
    { model, source, options = {} }: { model: string; source: object; options?: ServiceOptions },
  ) {
    mkdirSync(folder, { recursive: true });
    this.#config = join(folder, 'spanwatch.yaml');
    this.#options = options;
    // JSON is YAML.
    const text = {
      dataDir: dataDirOf(folder),
      model,
      sources: [{ name: 'spans', ...source }],
      http: { port: 0 },
      channels: [{ name: 'terminal', type: 'terminal' }],
      // As often as it goes, so that faults meet them.
      checkpoint: { everyMs: 1000 },
    };
    writeFileSync(this.#config, JSON.stringify(text));
  }

  get service(): RunningService {
    if (this.#service === undefined) throw new Error('nothing was started');
    return this.#service;
  }

  async start(): Promise<void> {
    const startedAt = performance.now();
    this.#service = await startService(this.#config, this.#options);
    this.startMs = performance.now() - startedAt;
    this.starts++;
  }

  /** Starts a process and kills it before it is up. */
  async startAndKill(afterMs: number): Promise<void> {
    const abort = new AbortController();
    const killed = pause(afterMs).then(() => abort.abort());
    const up = await startService(this.#config, { ...this.#options, signal: abort.signal }).catch(
      () => undefined,
    );
    await killed;
    await up?.ended;
  }

  async kill(): Promise<void> {
    this.service.signal('SIGKILL');
    await this.service.ended;
  }

  /** SIGTERM; rejects when it does not end well. */
  async stop(): Promise<void> {
    this.service.signal('SIGTERM');
    const { code } = await this.service.ended;
    if (code !== 0) throw new Error(`exit code ${code}: ${this.service.stderr().slice(-2000)}`);
  }

  /** Spans that are in what detection knows, over all its processes. */
  async assembled(): Promise<number> {
    const { body } = await request(`${this.service.http}/metrics`);
    return Number(/^spanwatch_assembled_spans_total (\d+)/m.exec(await body.text())?.[1] ?? 0);
  }

  /** Resolves when it has `spans`, or when for `patienceMs` there was none more. */
  async untilAssembled(spans: number, patienceMs = 120_000): Promise<void> {
    let last = -1;
    for (let waitedMs = 0; waitedMs < patienceMs; waitedMs += 200) {
      const now = await this.assembled();
      if (now >= spans) return;
      if (now > last) waitedMs = 0;
      last = now;
      await pause(200);
    }
  }

  /** Ends what runs, however it is. */
  async close(): Promise<void> {
    if (this.#service === undefined) return;
    this.#service.signal('SIGKILL');
    await this.#service.ended;
  }
}
