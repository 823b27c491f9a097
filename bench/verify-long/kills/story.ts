import { mkdirSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { setTimeout as pause } from 'node:timers/promises';
import type { ServiceState } from '../../../src/app/kept-state.ts';
import type { Incident, IncidentEvent } from '../../../src/domain/incident.ts';
import { openStateFolder, readCheckpoint } from '../../../src/recovery/index.ts';
import { createRandom, createWallClock } from '../../../src/runtime/index.ts';
import { type Delivery, openSqliteStore } from '../../../src/store/index.ts';
import { outboxIsEmpty } from '../../verify/live-run.ts';
import { type ChannelName, type Endpoints, startEndpoints } from './endpoints.ts';
import { hasUnsent, Lives } from './life.ts';

export const KILL_KINDS = [
  'while taking spans',
  'while recovering',
  'while writing a checkpoint',
  'between sending and recording a message',
] as const;
export type KillKind = (typeof KILL_KINDS)[number];

export interface StoryOptions {
  /** Empty. */
  readonly folder: string;
  readonly model: string;
  /** Gzipped OTLP JSON bodies, in order. */
  readonly bodies: readonly Uint8Array[];
  /** How many of each kind. */
  readonly kills: Readonly<Record<KillKind, number>>;
  readonly seed: number;
  readonly say: (text: string) => void;
}

export interface Story {
  readonly incidents: readonly Incident[];
  readonly events: readonly IncidentEvent[];
  readonly deliveries: readonly Delivery[];
  readonly received: Readonly<Record<ChannelName, readonly string[]>>;
  readonly state: ServiceState;
  readonly killed: Readonly<Record<KillKind, number>>;
  readonly lives: Lives;
  readonly seconds: number;
  /** Requests sent again because they were not answered. */
  readonly sentAgain: number;
}

const NO_KILLS = Object.fromEntries(KILL_KINDS.map((kind) => [kind, 0])) as Record<KillKind, number>;

/** The bodies through `spanwatch run --clock event`, killed on the way as often as asked, to the end of the input. */
export async function tellStory(options: StoryOptions): Promise<Story> {
  const startedAt = performance.now();
  mkdirSync(options.folder, { recursive: true });
  const killer = new Killer(options);
  const endpoints = await startEndpoints(() => killer.messageCame());
  const dataDir = join(options.folder, 'data');
  const config = join(options.folder, 'spanwatch.yaml');
  writeFileSync(config, configText(dataDir, options.model, endpoints));
  const lives = (killer.lives = new Lives(config, dataDir));
  try {
    await lives.start();
    await feed(lives, killer, options);
    await killer.done();
    await comeToRest(lives, killer, dataDir);
    const seconds = (performance.now() - startedAt) / 1000;
    const received = {
      slack: endpoints.received('slack'),
      feishu: endpoints.received('feishu'),
      webhook: endpoints.received('webhook'),
    };
    const { killed, sentAgain } = killer;
    return { ...(await readEnd(dataDir)), received, killed, sentAgain, lives, seconds };
  } finally {
    await lives.close();
    await endpoints.close();
  }
}

function configText(dataDir: string, model: string, { channels }: Endpoints): string {
  return [
    `dataDir: ${JSON.stringify(dataDir)}`,
    `model: ${JSON.stringify(model)}`,
    'sources: [{ name: capture, type: otlp-http, port: 0 }]',
    'http: { port: 0 }',
    // As often as it goes, so that kills meet them.
    'checkpoint: { everyMs: 1000 }',
    ...channels,
    '',
  ].join('\n');
}

async function feed(lives: Lives, killer: Killer, { bodies, say }: StoryOptions): Promise<void> {
  for (let i = 0; i < bodies.length; i++) {
    if (i % Math.ceil(bodies.length / 10) === 0)
      say(`  request ${i} of ${bodies.length}, ${killer.total} kills, ${lives.starts} starts`);
    killer.before(i / bodies.length);
    while (!(await lives.post(bodies[i]))) {
      killer.sentAgain++;
      await killer.revive();
    }
    if (!lives.alive) await killer.revive();
  }
}

/** Kills at the moments of the plan. */
class Killer {
  lives!: Lives;
  readonly killed = { ...NO_KILLS };
  sentAgain = 0;
  readonly #left: Record<KillKind, number>;
  readonly #random: () => number;
  /** Parts of the input at which to kill, and how, in order. */
  readonly #plan: { at: number; kind: KillKind }[];
  #disarm = (): void => undefined;
  #came = 0;
  #armed: KillKind | undefined;

  constructor({ kills, seed }: StoryOptions) {
    this.#random = createRandom(seed);
    this.#left = { ...kills };
    const planned = KILL_KINDS.slice(0, 3).flatMap((kind) =>
      Array.from({ length: kills[kind] }, () => ({ at: this.#random(), kind })),
    );
    this.#plan = planned.sort((a, b) => a.at - b.at);
  }

  get total(): number {
    return KILL_KINDS.reduce((sum, kind) => sum + this.killed[kind], 0);
  }

  /** Every second message meets a kill after it was accepted and before its sender knows, while there are kills left. */
  messageCame(): void {
    const kind = KILL_KINDS[3];
    if (this.#left[kind] > 0 && this.lives.alive && this.#came++ % 2 === 0) this.#kill(kind);
  }

  /** Before a request is sent at this part of the input. */
  before(part: number): void {
    const next = this.#plan[0];
    if (this.#armed !== undefined || next === undefined || next.at > part || !this.lives.alive) return;
    this.#plan.shift();
    this.#armed = next.kind;
    if (next.kind === KILL_KINDS[2]) {
      this.#disarm = this.lives.onCheckpoint(() => this.#kill(next.kind));
      return;
    }
    const timer = setTimeout(() => this.#kill(next.kind), this.#random() * 40);
    this.#disarm = () => clearTimeout(timer);
  }

  /** Waits until the dead is gone, and starts the next: perhaps after one that does not live to be up. */
  async revive(): Promise<void> {
    if (this.lives.alive) return;
    await this.lives.gone();
    const kind = KILL_KINDS[1];
    while (this.#dueInRecovery) {
      this.#dueInRecovery = false;
      await this.lives.startAndKill((0.2 + 0.8 * this.#random()) * this.lives.startMs);
      this.killed[kind]++;
    }
    await this.lives.start();
  }

  #dueInRecovery = false;

  /** What was planned for the end of the input still happens. */
  async done(): Promise<void> {
    while (this.#plan.length > 0 || this.#armed !== undefined) {
      this.before(1);
      await pause(20);
      if (!this.lives.alive) await this.revive();
    }
  }

  #kill(kind: KillKind): void {
    this.#disarm();
    // Planned and not the one that came: it is still to come.
    if (this.#armed !== undefined && this.#armed !== kind) this.#plan.unshift({ at: 0, kind: this.#armed });
    this.#armed = undefined;
    if (!this.lives.alive) return;
    this.lives.kill();
    if (kind === KILL_KINDS[1]) this.#dueInRecovery = true;
    else {
      this.killed[kind]++;
      this.#left[kind]--;
    }
  }
}

/** Everything is sent, the process ends by SIGTERM, and nothing is left to send. */
async function comeToRest(lives: Lives, killer: Killer, dataDir: string): Promise<void> {
  for (let round = 0; round < 3; round++) {
    for (;;) {
      if (!lives.alive) await killer.revive();
      try {
        await outboxIsEmpty(lives.service);
        break;
      } catch (error) {
        // Killed while it was asked.
        if (lives.alive) throw error;
      }
    }
    lives.service.signal('SIGTERM');
    await lives.gone();
    // What the end of the input caused is sent for some seconds at most; a slow machine leaves some of it.
    if (!hasUnsent(dataDir)) return;
    await lives.start();
  }
}

/** What a service that has ended left: in its store, and in its newest checkpoint. */
export async function readEnd(
  dataDir: string,
): Promise<Pick<Story, 'incidents' | 'events' | 'deliveries' | 'state'>> {
  const store = openSqliteStore({ path: join(dataDir, 'spanwatch.db') }, { clock: createWallClock() });
  try {
    const limit = 100_000;
    const incidents = await store.incidents({ limit });
    const events: IncidentEvent[] = [];
    for (const { id } of incidents) events.push(...(await store.events(id)));
    const folder = openStateFolder(join(dataDir, 'state'));
    const newest = readCheckpoint(folder.checkpoint(folder.checkpoints().at(-1) ?? 0));
    if (newest.kind !== 'good') throw new Error(newest.reason);
    const deliveries = await store.outbox.deliveries({ limit });
    return { incidents, events, deliveries, state: newest.state as ServiceState };
  } finally {
    await store.close();
  }
}
