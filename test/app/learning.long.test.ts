import { existsSync, mkdirSync, mkdtempSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { afterEach, beforeAll, describe, expect, it } from 'vitest';
import { floorsOf } from '../../src/app/feedback-gate.ts';
import { createFeedbackReplay } from '../../src/app/feedback-replay.ts';
import { Flow } from '../../src/app/flow.ts';
import { createLearning, modelsOf } from '../../src/app/learning.ts';
import { modelData } from '../../src/app/model.ts';
import { startingModel } from '../../src/app/starting-model.ts';
import { verdictOptions } from '../../src/app/verdict-options.ts';
import { openHistory } from '../../src/app/open-history.ts';
import { createVocabulary } from '../../src/app/vocabulary.ts';
import { type Config, parseConfig } from '../../src/config/index.ts';
import type { EffectFloor } from '../../src/domain/effect-floor.ts';
import type { Incident, IncidentEvent } from '../../src/domain/incident.ts';
import { writeModel } from '../../src/models/index.ts';
import { createMetrics, createRandom, ManualClock, silentLogger } from '../../src/runtime/index.ts';
import { at, QUIET, type Script, simulate } from '../../src/simulator/index.ts';
import { openSqliteStore } from '../../src/store/index.ts';
import { runCli } from '../cli/run-cli.ts';
import { learnQuiet, type Learned, QUIET_SECONDS, START_MS } from './pipeline.ts';

let learned: Learned;
let quietModel = '';
beforeAll(async () => {
  learned = await learnQuiet(QUIET_SECONDS);
  quietModel = join(mkdtempSync(join(tmpdir(), 'spanwatch-quiet-')), 'quiet');
  writeModel(quietModel, modelData(learned.vocabulary.table, learned.model));
  return () => rmSync(join(quietModel, '..'), { recursive: true });
}, 60_000);

const stops: (() => Promise<void> | void)[] = [];
afterEach(async () => {
  for (const stop of stops.splice(0).reverse()) await stop();
});

/** The 2nd of May, 02:00 on the clock: 23 minutes before the refit. */
const CLOCK_MS = Date.UTC(2026, 4, 2, 2);

function place(more: readonly string[] = []): { config: Config; file: string } {
  const folder = mkdtempSync(join(tmpdir(), 'spanwatch-learning-'));
  stops.push(() => rmSync(folder, { recursive: true, force: true }));
  const lines = [`dataDir: ${join(folder, 'data')}`, `model: ${quietModel}`, ...more];
  const file = join(folder, 'spanwatch.yaml');
  writeFileSync(file, lines.join('\n'));
  const outcome = parseConfig(lines.join('\n'), 'test');
  if (!outcome.ok) throw new Error(JSON.stringify(outcome.problems));
  return { config: outcome.config, file };
}

/** What `run` has of it, without sockets: a flow, and what is learned beside it. */
async function life(config: Config) {
  const runtime = {
    clock: new ManualClock(CLOCK_MS),
    logger: silentLogger(),
    metrics: createMetrics(),
    random: createRandom(1),
  };
  const vocabulary = createVocabulary(config.names);
  const started = startingModel(config, vocabulary);
  if (!started.ok) throw new Error(started.reason);
  const { model } = started;
  const events: { incident: Incident; event: IncidentEvent }[] = [];
  let written: Promise<unknown> = Promise.resolve();
  const flow = new Flow(vocabulary, model, {
    clock: 'event',
    now: () => 0,
    assemble: config.assemble,
    verdicts: verdictOptions(config),
    modelOf: modelsOf(config, vocabulary),
    onEvent: (incident, event) => {
      events.push({ incident, event });
      written = written.then(() => store.appendEvent(incident, event, []));
    },
  });
  mkdirSync(config.dataDir, { recursive: true });
  const store = openSqliteStore({ path: join(config.dataDir, 'spanwatch.db') }, runtime);
  const history = openHistory(config, vocabulary.table, flow.verdicts.baselines, runtime);
  flow.onSealed = (batch) => history.observe(batch);
  stops.push(async () => {
    await written;
    await store.close();
    await history.shutdown();
  });
  const learning = createLearning(config, { vocabulary, flow, model, store, history }, runtime);
  await learning.schedules.start();
  const metric = async (name: string, labels = '') => {
    const text = await runtime.metrics.registry.metrics();
    const line = text.split('\n').find((one) => one.startsWith(`${name}${labels} `));
    return Number(line?.split(' ').at(-1));
  };
  stops.push(() => learning.schedules.shutdown());
  let fed = 0;
  const feed = (seconds: number, script: Script = QUIET) => {
    const startMs = START_MS + (QUIET_SECONDS + fed) * 1000;
    fed += seconds;
    const simulation = simulate({
      ...{ seed: 9 + fed, startMs, tracesPerSecond: 10, script, names: vocabulary.names },
    });
    const batch = simulation.newBatch();
    for (let second = 0; second < seconds; second++) {
      batch.clear();
      simulation.second(second, batch);
      flow.accept({ source: 'test', batch });
    }
  };
  const stored = () => written;
  return { vocabulary, flow, learning, model, runtime, metric, feed, events, store, stored, history };
}

async function until(holds: () => Promise<boolean>): Promise<void> {
  const deadline = performance.now() + 120_000;
  while (!(await holds())) {
    if (performance.now() > deadline) throw new Error('not in time');
    await new Promise((resolve) => setTimeout(resolve, 20));
  }
}

describe('forests', () => {
  it('are fitted anew at their time on what was seen, written as a version, and score from then on', async () => {
    const { config } = place();
    const { flow, learning, runtime, metric, feed } = await life(config);
    feed(600);
    const before = new Map(flow.verdicts.forests);
    runtime.clock.advance(23 * 60_000);
    await until(async () => (await metric('spanwatch_forest_refits_total', '{outcome="taken"}')) === 1);
    const [version] = learning.versions.list();
    expect(version).toMatchObject({ origin: { kind: 'refit', of: 'quiet' }, forests: before.size });
    expect(learning.versions.current()).toEqual({ name: version.name, forests: version.name });
    const changed = [...flow.verdicts.forests].filter(
      ([entry, forest]) => before.get(entry)?.threshold !== forest.threshold,
    );
    expect(changed.length).toBeGreaterThan(0);
    expect(flow.snapshot().verdicts.forestsOf).toBe(version.name);
  });

  it('stay as they were when there is nothing to fit, or the version cannot be written', async () => {
    const { config } = place();
    const { flow, runtime, metric, feed } = await life(config);
    runtime.clock.advance(23 * 60_000);
    await until(async () => (await metric('spanwatch_forest_refits_total', '{outcome="empty"}')) === 1);
    feed(400);
    const before = new Map(flow.verdicts.forests);
    // Where the folder should be there is a file.
    rmSync(join(config.dataDir, 'models'), { recursive: true, force: true });
    mkdirSync(config.dataDir, { recursive: true });
    writeFileSync(join(config.dataDir, 'models'), 'in the way');
    runtime.clock.advance(24 * 3_600_000);
    await until(async () => (await metric('spanwatch_forest_refits_total', '{outcome="failed"}')) === 1);
    expect(new Map(flow.verdicts.forests)).toEqual(before);
  });
});

describe('versions of what is learned', () => {
  it('are written on their schedule and at the end, and the next process starts from the newest', async () => {
    const { config } = place(['learning: { snapshot: "30 * * * *" }']);
    const { flow, learning, runtime, metric, feed } = await life(config);
    feed(60);
    runtime.clock.advance(31 * 60_000);
    const [first] = learning.versions.list();
    expect(first).toMatchObject({
      origin: { kind: 'snapshot', of: 'quiet' },
      components: flow.verdicts.learnedComponents,
    });
    expect(await metric('spanwatch_model_age_seconds')).toBe(60);
    runtime.clock.advance(60_000);
    await learning.last.shutdown();
    expect(learning.versions.list()).toHaveLength(2);
    const next = await life(config);
    expect(next.model.name).toBe(learning.versions.list()[0].name);
    expect(next.model.baselines.size).toBe(flow.verdicts.learnedComponents);
  });

  it('give way to a configured model that is another one now, and to an older one when the newest is broken', async () => {
    const { config } = place();
    const first = await life(config);
    first.feed(30);
    await first.learning.last.shutdown();
    first.runtime.clock.advance(60_000);
    await first.learning.last.shutdown();
    const [newest, older] = first.learning.versions.list();
    writeFileSync(join(config.dataDir, 'models', newest.name, 'baselines.json'), '[]');
    expect((await life(config)).model.name).toBe(older.name);
    const elsewhere = join(quietModel, '..', 'other');
    const again = modelData(learned.vocabulary.table, learned.model);
    writeModel(elsewhere, { ...again, baselines: again.baselines.slice(1) });
    expect((await life({ ...config, model: elsewhere })).model.name).toBe('other');
  });

  it('can be gone back to: levels, forests and nothing else, also after a restart', async () => {
    const { config, file } = place();
    const { vocabulary, flow, learning, runtime, feed } = await life(config);
    await learning.last.shutdown();
    const [good] = learning.versions.list();
    const pay =
      [...flow.verdicts.baselines.keys()].find((id) => flow.verdicts.baselines[id] !== undefined) ?? 0;
    const level = flow.verdicts.baselines[pay]?.level;
    flow.verdicts.baselines[pay]!.level = 99;
    runtime.clock.advance(60_000);
    await learning.last.shutdown();
    expect(await learning.models.rollBack('live-nonsense')).toEqual({ kind: 'missing' });
    expect(await learning.models.rollBack('../../etc')).toEqual({ kind: 'missing' });

    const asked = runCli(['models', 'rollback', good.name, '-c', file]);
    await until(() => Promise.resolve(existsSync(join(config.dataDir, 'models', 'rollback.request'))));
    runtime.clock.advance(2000);
    expect(await asked).toMatchObject({ code: 0, stdout: expect.stringContaining('took the request') });
    expect(flow.verdicts.baselines[pay]?.level).toBeCloseTo(level ?? 0, 6);
    const [version] = learning.versions.list();
    expect(version.origin).toMatchObject({ kind: 'rollback', of: good.name });
    feed(60);
    const listed = await runCli(['models', 'list', '-c', file]);
    expect(listed.stdout.split('\n')[0]).toContain(`${version.name}  `);
    expect(listed.stdout.split('\n')[0]).toContain(`rollback of ${good.name}`);
    const next = await life(config);
    expect(next.model.name).toBe(version.name);
    const key = vocabulary.table.key(pay);
    expect(next.flow.verdicts.baselines[next.vocabulary.table.internKey(key)]?.level).toBeCloseTo(
      level ?? 0,
      6,
    );
  });

  it('refuses to go back to what cannot be read', async () => {
    const { config, file } = place();
    const { learning } = await life(config);
    await learning.last.shutdown();
    const [only] = learning.versions.list();
    writeFileSync(join(config.dataDir, 'models', only.name, 'baselines.json'), '[]');
    expect(await learning.models.rollBack(only.name)).toMatchObject({
      kind: 'refused',
      reason: expect.stringContaining('checksum'),
    });
    const asked = await runCli(['models', 'rollback', only.name, '-c', file]);
    expect(asked).toMatchObject({ code: 1, stderr: expect.stringContaining('checksum') });
    expect(await runCli(['models', 'rollback', '-c', file])).toMatchObject({ code: 2 });
  });
});

/** Resolves when verdicts so far are followed and written. */
async function followed({ learning, stored }: Awaited<ReturnType<typeof life>>): Promise<void> {
  await stored();
  await learning.feedback.settled();
  await stored();
}

describe('"not an anomaly"', () => {
  it('keeps the same from firing again, until it is taken back', async () => {
    const { config } = place();
    const one = await life(config);
    const slow = at(60).slow('payment', { addMs: 80 }, 200);
    one.feed(600, slow);
    const opened = one.events.filter(({ event }) => event.type === 'opened');
    expect(opened).toHaveLength(1);
    const { id } = opened[0].incident;
    await one.stored();
    const at_ = one.flow.eventTimeUs / 1000;
    const command = {
      type: 'feedback',
      verdict: 'not-an-anomaly',
      incidentId: id,
      by: 'me',
      at: at_,
    } as const;
    const stored = await one.store.incident(id);
    expect(one.flow.command(command, stored).kind).toBe('done');
    await followed(one);
    const [feedback] = await one.learning.feedback.list();
    expect(feedback).toMatchObject({ id, followed: 'whole', by: 'me' });
    expect(new Set(feedback.floors.map(({ component }) => component))).toEqual(
      new Set(stored?.evidence.map(({ component }) => component)),
    );
    expect(one.events.at(-1)?.event).toMatchObject({ type: 'noted', by: 'spanwatch' });

    const before = one.flow.verdicts.openings;
    one.feed(1200, slow);
    expect(one.flow.verdicts.openings).toBe(before);
    // Ten times as slow is another thing.
    one.feed(600, at(60).slow('payment', { addMs: 6000 }, 200));
    expect(one.flow.verdicts.openings).toBeGreaterThan(before);

    expect(await one.learning.feedback.revoke(id, 'me')).toMatchObject({ kind: 'done' });
    expect(await one.learning.feedback.revoke(id, 'me')).toMatchObject({ kind: 'refused' });
    expect(await one.learning.feedback.revoke('other', 'me')).toEqual({ kind: 'missing' });
    expect(one.flow.verdicts.said.floors).toEqual([]);
  });

  it('holds over a restart, and expires', async () => {
    const { config } = place(['learning: { feedbackDays: 2 }']);
    const one = await life(config);
    const floor = { component: 'self(pay, Charge)', direction: 'up', least: 1 } as const;
    const now = one.runtime.clock.now();
    const whole = { followed: 'whole', limitedBy: [], floors: [floor] } as const;
    await one.store.feedback.save({ id: 'i-1', by: 'me', at: now, expiresAt: now + 86_400_000, ...whole });
    const next = await life(config);
    expect(next.flow.verdicts.said.floors).toEqual([floor]);
    next.runtime.clock.advance(25 * 3_600_000);
    await until(() => Promise.resolve(next.flow.verdicts.said.floors.length === 0));
  });

  it('is limited where it would silence a past incident: the same again is told; what another component shows needs no limit', async () => {
    const { config } = place();
    const one = await life(config);
    const charge = { operation: 'Payment/Charge' };
    const past = at(60).slow('payment', { addMs: 60, ...charge }, 200);
    one.feed(400, past);
    one.feed(1200);
    one.feed(400, at(60).slow('payment', { addMs: 70, ...charge }, 200));
    await one.stored();
    const [first, second] = await one.store.incidents({ limit: 9 }).then((all) => all.toReversed());
    const command = { type: 'feedback', verdict: 'not-an-anomaly', by: 'me' } as const;
    one.flow.command({ ...command, incidentId: second.id, at: one.flow.eventTimeUs / 1000 }, second);
    await followed(one);

    const { verdicts } = one.flow;
    const { table } = one.vocabulary;
    const wouldFind = createFeedbackReplay({
      ...{ table, history: one.history, baselines: verdicts.baselines, cut: () => verdicts.cut() },
    });
    const asked = floorsOf(second);
    expect(wouldFind(first, asked)).toBe(false);
    const [feedback] = await one.learning.feedback.list();
    expect(feedback).toMatchObject({ id: second.id, followed: 'part', limitedBy: [first.id] });
    expect(wouldFind(first, feedback.floors)).toBe(true);
    const before = verdicts.openings;
    one.feed(300, past);
    expect(verdicts.openings).toBe(before + 1);

    // Slow as a whole, payment is found by its refunds: floors on charges alone silence nothing.
    one.feed(1200);
    one.feed(400, at(60).slow('payment', { addMs: 60 }, 200));
    await one.stored();
    const [whole] = await one.store.incidents({ limit: 1 });
    expect(whole.evidence.map(({ component }) => component).join()).toContain('Payment/Refund');
    const only = asked.filter(({ component }) => component.includes('Payment/Charge'));
    expect(wouldFind(whole, only)).toBe(true);
  });

  it('is tried on past incidents by replaying their kept windows', async () => {
    const { config } = place();
    const one = await life(config);
    one.feed(600, at(60).slow('payment', { addMs: 80 }, 200));
    const opened = one.events.find(({ event }) => event.type === 'opened')?.incident;
    const past = one.events.findLast(({ incident }) => incident.id === opened?.id)?.incident;
    if (past === undefined) throw new Error('nothing was found');
    const { verdicts } = one.flow;
    const { table } = one.vocabulary;
    const { history } = one;
    const wouldFind = createFeedbackReplay({
      ...{ table, history, baselines: verdicts.baselines },
      cut: () => verdicts.cut(),
    });
    expect(wouldFind(past, [])).toBe(true);
    const everything = [...verdicts.baselines.keys()].map((id) => ({
      ...{ component: table.key(id), direction: 'up', least: 9 },
    })) as EffectFloor[];
    expect(wouldFind(past, everything)).toBe(false);
    const longAgo = { ...past, startedAt: 0, firing: [[0, 60_000]] as const };
    expect(wouldFind(longAgo, [])).toBeUndefined();
  });
});

describe('"this is normal now"', () => {
  it('adopts the level at once, says so on the timeline, and the incident resolves while it goes on', async () => {
    const { config } = place();
    const one = await life(config);
    one.feed(400, at(60).slow('payment', { addMs: 300 }, 4000));
    const open = one.flow.verdicts.keeper.incidents.find(({ state }) => state === 'open');
    expect(open).toBeDefined();
    const command = {
      type: 'feedback',
      verdict: 'normal-now',
      by: 'me',
      at: one.flow.eventTimeUs / 1000,
    } as const;
    one.flow.command({ ...command, incidentId: open?.id ?? '' });
    const noted = one.events.flatMap(({ event }) => (event.type === 'noted' ? [event.text] : []));
    expect(noted.length).toBeGreaterThan(0);
    expect(noted[0]).toMatch(/^Adopted as normal: .* -> .*, steady since 2026-/);
    const openings = one.flow.verdicts.openings;
    one.feed(600, at(0).slow('payment', { addMs: 300 }, 4000));
    expect(one.flow.verdicts.openings).toBe(openings);
    expect(one.flow.verdicts.openIncidents).toBe(0);
  });
});
