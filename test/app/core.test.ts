import {
  closeSync,
  mkdtempSync,
  readdirSync,
  readlinkSync,
  readFileSync,
  renameSync,
  rmSync,
  writeFileSync,
} from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { afterEach, beforeEach, describe, expect, it } from 'vitest';
import { NO_MODEL } from '../../src/app/model.ts';
import { KindCode } from '../../src/domain/component-table.ts';
import { foldEvent } from '../../src/incident/index.ts';
import { StateError } from '../../src/recovery/index.ts';
import { ManualClock } from '../../src/runtime/index.ts';
import { anIncident, opened } from '../doubles/incident-story.ts';
import { untilHolds } from '../setup/until-holds.ts';
import { type Life, live, listening, traces } from './lives.ts';

let dataDir = '';
beforeEach(() => {
  dataDir = mkdtempSync(join(tmpdir(), 'spanwatch-core-'));
});
afterEach(() => rmSync(dataDir, { recursive: true, force: true }));

const START_S = 1_700_000_000;

function feed({ flow, vocabulary }: Life, from: number, to: number): void {
  for (let second = from; second < to; second++)
    flow.accept({ source: 'shop', batch: traces(vocabulary, START_S + second) });
}

/** Files of the state folder by number. (`openStateFolder` is for whoever owns it: it clears away what is half-written.) */
const folder = () => {
  const state = join(dataDir, 'state');
  const numbers = (start: string) =>
    readdirSync(state)
      .filter((name) => name.startsWith(start) && !name.endsWith('.tmp'))
      .map((name) => Number(name.replace(/\D/g, '')))
      .sort((a, b) => a - b);
  return {
    checkpoint: (number: number) => join(state, `checkpoint-${String(number).padStart(8, '0')}.bin`),
    checkpoints: () => numbers('checkpoint-'),
    segments: () => numbers('journal-'),
  };
};

/** What a life without interruption knows after `seconds`. */
async function undisturbed(seconds: number) {
  const other = mkdtempSync(join(tmpdir(), 'spanwatch-core-whole-'));
  try {
    const life = await live({ dataDir: other });
    feed(life, 0, seconds);
    const state = structuredClone(life.flow.snapshot());
    await life.kill();
    return state;
  } finally {
    rmSync(other, { recursive: true });
  }
}

describe('after a kill', () => {
  it('goes on from the checkpoint and the journal as if nothing had happened', async () => {
    const first = await live({ dataDir });
    feed(first, 0, 20);
    expect(await first.checkpoints.checkpoint()).toBe(true);
    feed(first, 20, 35);
    await first.kill();
    const second = await live({ dataDir });
    expect(second.flow.inputs).toBe(35);
    feed(second, 35, 50);
    await second.kill();
    const third = await live({ dataDir });
    feed(third, 50, 60);
    expect(third.flow.snapshot()).toEqual(await undisturbed(60));
    await third.kill();
  });

  it('takes the checkpoint before a torn one, and the journal since that', async () => {
    const first = await live({ dataDir });
    feed(first, 0, 20);
    await first.checkpoints.checkpoint();
    feed(first, 20, 30);
    await first.kill();
    const newest = folder().checkpoint(folder().checkpoints().at(-1) ?? 0);
    writeFileSync(newest, readFileSync(newest).subarray(0, 3000));
    const { logger, lines } = listening();
    const second = await live({ dataDir, logger });
    expect(lines()).toEqual([
      expect.objectContaining({ level: 'warn', reason: expect.stringContaining('torn') }),
    ]);
    feed(second, 30, 40);
    expect(second.flow.snapshot()).toEqual(await undisturbed(40));
    await second.kill();
  });

  it('starts from the model when no checkpoint can be used, says so, and keeps the incidents', async () => {
    const first = await live({ dataDir });
    const incident = anIncident();
    await first.store.appendEvent(incident, opened(incident), []);
    feed(first, 0, 20);
    await first.kill();
    for (const number of folder().checkpoints())
      writeFileSync(folder().checkpoint(number), '{"format":"spanwatch-checkpoint/0"}\n');
    const { logger, lines } = listening();
    const second = await live({ dataDir, logger });
    expect(lines().map(({ level }) => level)).toEqual(['warn', 'error']);
    expect(lines()[0].reason).toMatch(/shape|too old/);
    expect(second.flow.inputs).toBe(1);
    expect(second.flow.verdicts.keeper.incidents.map(({ id }) => id)).toEqual([incident.id]);
    await second.kill();
  });

  it('refuses to start on what a newer Spanwatch wrote, and leaves it as it is', async () => {
    await (await live({ dataDir })).kill();
    const path = folder().checkpoint(1);
    const text = readFileSync(path).toString('latin1').replace('checkpoint/1', 'checkpoint/9');
    writeFileSync(path, text, 'latin1');
    await expect(live({ dataDir })).rejects.toThrow(StateError);
    await expect(live({ dataDir })).rejects.toThrow(/checkpoint\/9/);
    expect(readFileSync(path).toString('latin1')).toBe(text);
  });

  it('lets nobody else in while it lives', async () => {
    const life = await live({ dataDir });
    await expect(live({ dataDir })).rejects.toThrow(/second spanwatch/);
    await life.kill();
    await (await live({ dataDir })).kill();
  });

  it('follows the store where people were told more than the state knows', async () => {
    const first = await live({ dataDir });
    const incident = anIncident();
    await first.store.appendEvent(incident, opened(incident), []);
    first.flow.adopt([incident]);
    await first.checkpoints.checkpoint();
    const noted = { type: 'noted', incidentId: incident.id, sequence: 2, at: 5, by: 'a', text: 'b' } as const;
    const later = foldEvent(incident, noted);
    await first.store.appendEvent(later, noted, []);
    await first.kill();
    const second = await live({ dataDir });
    expect(second.flow.verdicts.keeper.incidents).toEqual([later]);
    await second.kill();
  });
});

describe('checkpoints', () => {
  it('are taken on schedule, the last two are kept, and the journal is cut', async () => {
    const time = new ManualClock(1_000_000);
    const life = await live({ dataDir, time });
    for (let minute = 0; minute < 4; minute++) {
      feed(life, minute * 3, minute * 3 + 3);
      time.advance(60_000);
      await untilHolds(() => expect(folder().checkpoints().at(-1)).toBe(minute + 2));
      const checkpointAt = new Date(time.now()).toISOString();
      await untilHolds(() => expect(life.checkpoints.status).toMatchObject({ checkpointAt }));
    }
    expect(folder().checkpoints()).toEqual([4, 5]);
    expect(folder().segments()).toEqual([4, 5]);
    await life.kill();
  });

  it('are forced by a journal that is too long, without losing the input that made it so', async () => {
    const time = new ManualClock(1_000_000);
    const life = await live({ dataDir, time, lines: ['checkpoint: { maxJournalBytes: 1048576 }'] });
    for (let second = 0; second < 50; second++)
      life.flow.accept({ source: 'shop', batch: traces(life.vocabulary, START_S + second, 200) });
    time.advance(0);
    await untilHolds(() => expect(folder().checkpoints()).toEqual([1, 2]));
    life.flow.accept({ source: 'shop', batch: traces(life.vocabulary, START_S + 50, 200) });
    await life.kill();
    const next = await live({ dataDir });
    expect(next.flow.inputs).toBe(51);
    expect(next.flow.traces.assembler.counts.spansIn).toBe(51 * 400);
    await next.kill();
  });

  it('that cannot be written, nor the journal, stop nothing: it is said, and recovers by itself', async () => {
    const time = new ManualClock(1_000_000);
    const { logger, lines } = listening();
    const life = await live({ dataDir, time, logger });
    feed(life, 0, 5);
    // As if the disk were gone: nothing can be made in the folder. (Root may write where nobody may.)
    const state = join(dataDir, 'state');
    renameSync(state, `${state}-away`);
    time.advance(60_000);
    await untilHolds(() =>
      expect(lines().some(({ msg }) => msg.includes('checkpoint cannot be written'))).toBe(true),
    );
    expect(life.checkpoints.troubles).toEqual([expect.stringContaining('a kill would lose')]);
    feed(life, 5, 10);
    expect(life.flow.inputs).toBe(10);
    rmSync(state, { recursive: true, force: true });
    renameSync(`${state}-away`, state);
    time.advance(10_000);
    await untilHolds(() => expect(life.checkpoints.troubles).toEqual([]));
    feed(life, 10, 15);
    await life.kill();
    const next = await live({ dataDir });
    expect(next.flow.inputs).toBe(15);
    await next.kill();
  });

  it('end a journal that fails while it is written, and nothing is lost that came after the next one', async () => {
    const time = new ManualClock(1_000_000);
    const { logger, lines } = listening();
    const life = await live({ dataDir, time, logger });
    feed(life, 0, 5);
    // The disk takes no more of this file.
    const files = readdirSync('/proc/self/fd').filter((fd) => {
      try {
        return readlinkSync(`/proc/self/fd/${fd}`).includes(join(dataDir, 'state', 'journal-'));
      } catch {
        return false;
      }
    });
    expect(files).toHaveLength(1);
    closeSync(Number(files[0]));
    feed(life, 5, 8);
    expect(life.flow.inputs).toBe(8);
    expect(lines().filter(({ msg }) => msg.includes('journal cannot be written'))).toHaveLength(1);
    expect(life.checkpoints.troubles).toEqual([expect.stringContaining('a kill would lose')]);
    time.advance(10_000);
    await untilHolds(() => expect(life.checkpoints.troubles).toEqual([]));
    feed(life, 8, 12);
    await life.kill();
    const next = await live({ dataDir });
    expect(next.flow.inputs).toBe(12);
    await next.kill();
  });

  it('carry what is open over a SIGTERM under the wall clock', async () => {
    const time = new ManualClock((START_S + 20) * 1000);
    const first = await live({ dataDir, time, clock: 'wall' });
    feed(first, 0, 20);
    const { openTraces } = first.flow.traces.assembler;
    expect(openTraces).toBeGreaterThan(0);
    await first.stop();
    const second = await live({ dataDir, time, clock: 'wall' });
    expect(second.flow.traces.assembler.openTraces).toBe(openTraces);
    await second.kill();
  });
});

describe('a downtime under the wall clock', () => {
  /** Killed at second 100, up again `downS` later. */
  async function overDowntime(downS: number, cursor?: string) {
    const time = new ManualClock((START_S + 100) * 1000);
    const first = await live({ dataDir, time, clock: 'wall' });
    const openedAt = (START_S + 70) * 1000;
    const firing = [[openedAt - 10_000, openedAt + 20_000]] as const;
    const opening = { ...anIncident().openings[0], openedAt };
    // Of what the traces ask for, so that they can show calm.
    const slow = { component: 'self(stock, Query)', observed: 90_000, expected: 15_000 };
    const evidence = [{ ...anIncident().evidence[0], ...slow }];
    const story = { openedAt, startedAt: openedAt - 10_000, firing, openings: [opening], evidence };
    const incident = anIncident(story);
    await first.store.appendEvent(incident, opened(incident), []);
    first.flow.adopt([incident]);
    for (let second = 0; second < 100; second++)
      first.flow.accept({
        source: 'shop',
        batch: traces(first.vocabulary, START_S + second),
        ...(cursor === undefined ? {} : { cursor }),
      });
    await first.kill();
    time.advance(downS * 1000);
    return { second: await live({ dataDir, time, clock: 'wall' }), time };
  }

  it('leaves out the traces that reach into it, and counts them', async () => {
    const { second } = await overDowntime(300);
    const { traces: stage } = second.flow;
    const before = stage.traces;
    // Half of a trace that began before the process was up, and whole ones from after.
    second.flow.accept({ source: 'shop', batch: traces(second.vocabulary, START_S + 399) });
    for (let s = 401; s < 420; s++)
      second.flow.accept({ source: 'shop', batch: traces(second.vocabulary, START_S + s) });
    second.flow.end();
    expect(stage.downtime.cut).toBeGreaterThanOrEqual(10 + 50);
    expect(stage.traces - before).toBe(190);
    await second.kill();
  });

  it('is no calm: an open incident is still open, and resolves after calm that was seen', async () => {
    const { second, time } = await overDowntime(300);
    const [incident] = second.flow.verdicts.keeper.incidents;
    expect(incident.state).toBe('open');
    for (let s = 401; s < 560; s++) {
      time.advanceTo((START_S + s) * 1000);
      second.flow.accept({ source: 'shop', batch: traces(second.vocabulary, START_S + s) });
    }
    expect(second.flow.verdicts.keeper.incidents[0].state).toBe('resolved');
    await second.kill();
  });

  it('loses nothing of a source that goes on at its cursor', async () => {
    const { second } = await overDowntime(300, 'offset 17');
    expect(second.flow.cursors().get('shop')).toBe('offset 17');
    expect(second.flow.eventTimeUs).toBeLessThan((START_S + 100) * 1e6);
    second.flow.end();
    expect(second.flow.traces.downtime.cut).toBe(0);
    await second.kill();
  });
});

it('a model other than that of the checkpoint takes over what it knows, and leaves the rest', async () => {
  const first = await live({ dataDir });
  feed(first, 0, 2600);
  const learned = first.flow.verdicts.learnedComponents;
  expect(learned).toBeGreaterThan(3);
  const known = first.vocabulary.names.service({ environment: '', namespace: '', name: 'stock' });
  const operation = first.vocabulary.names.operation(known, 'Query');
  const component = first.vocabulary.table.id(KindCode.self, operation, 0);
  const baseline = first.flow.verdicts.baselines[component];
  if (baseline === undefined) throw new Error('self(stock) was not learned');
  await first.kill();
  const { logger, lines } = listening();
  const second = await live({
    dataDir,
    logger,
    nextModel: () => ({
      ...NO_MODEL,
      name: 'next',
      baselines: new Map([[component, { ...baseline, level: 1 }]]),
    }),
  });
  expect(second.flow.verdicts.baselines[component]?.level).toBe(1);
  expect(second.flow.verdicts.learnedComponents).toBe(learned);
  expect(lines()).toEqual([expect.objectContaining({ now: 'next', replaced: 1, kept: learned - 1 })]);
  await second.kill();
});
