import { mkdtempSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { afterEach, beforeEach, describe, expect, it } from 'vitest';
import { createCommandDesk, NotWrittenError } from '../../src/app/command-desk.ts';
import type { CommandOutcome, CommandRequest } from '../../src/domain/incident-command.ts';
import type { Incident } from '../../src/domain/incident.ts';
import { DEFAULT_INCIDENT_OPTIONS, foldEvent, IncidentKeeper } from '../../src/incident/index.ts';
import { createMetrics, createRandom, ManualClock, silentLogger } from '../../src/runtime/index.ts';
import { openSqliteStore, type Store } from '../../src/store/index.ts';
import { anIncident, OPENED_AT, opened, resolved } from '../doubles/incident-story.ts';

let folder: string;
let store: Store;
const clock = new ManualClock(OPENED_AT);
const runtime = { clock, logger: silentLogger(), metrics: createMetrics(), random: createRandom(1) };

beforeEach(() => {
  folder = mkdtempSync(join(tmpdir(), 'spanwatch-desk-'));
  store = openSqliteStore({ path: join(folder, 'spanwatch.db') }, runtime);
});
afterEach(async () => {
  await store.close().catch(() => undefined);
  rmSync(folder, { recursive: true });
});

/** The keeper of a process whose events go to the store one after the other. */
function desk(written?: () => Promise<void>) {
  let tail: Promise<unknown> = Promise.resolve();
  const outcomes: unknown[] = [];
  const keeper = new IncidentKeeper(DEFAULT_INCIDENT_OPTIONS, (incident, event) => {
    tail = tail
      .then(() => store.appendEvent(incident, event, []))
      .then((outcome) => outcomes.push(outcome.kind));
  });
  const command = createCommandDesk({
    apply: (one, stored) => keeper.command(one, stored),
    nowMs: () => clock.now(),
    store,
    written: written ?? (() => tail.then(() => undefined)),
    clock,
  });
  return { keeper, command, outcomes };
}

async function stored(long: 'open' | 'resolved'): Promise<Incident> {
  const first = opened(anIncident());
  let incident = foldEvent(undefined, first);
  await store.appendEvent(incident, first, []);
  if (long === 'resolved') {
    const last = resolved(incident, 2, OPENED_AT + 60_000);
    incident = foldEvent(incident, last);
    await store.appendEvent(incident, last, []);
  }
  return incident;
}

const note = (incidentId: string, text: string): CommandRequest => ({
  type: 'note',
  incidentId,
  by: 'ann',
  text,
});

describe('a command', () => {
  it('is in the store when it is answered', async () => {
    const incident = await stored('open');
    const { keeper, command } = desk();
    keeper.adopt([incident]);
    const outcome = await command({ type: 'acknowledge', incidentId: incident.id, by: 'ann', ifRevision: 1 });
    expect(outcome).toMatchObject({ kind: 'done', incident: { state: 'acknowledged' } });
    expect(await store.incident(incident.id)).toEqual((outcome as { incident: Incident }).incident);
  });

  it('on what was resolved long ago goes to the store, many at once each find what the one before wrote', async () => {
    const incident = await stored('resolved');
    const { command, outcomes } = desk();
    const answers = await Promise.all(
      Array.from({ length: 8 }, (_, n) => command(note(incident.id, `note ${n}`))),
    );
    expect(answers.map(({ kind }) => kind)).toEqual(new Array<string>(8).fill('done'));
    expect(outcomes).toEqual(new Array<string>(8).fill('appended'));
    const after = await store.incident(incident.id);
    expect(after).toMatchObject({ revision: 10, state: 'resolved' });
    expect(after?.notes.map(({ text }) => text)).toEqual(answers.map((_, n) => `note ${n}`));
  });

  it('of two clients with the same revision, on what was resolved long ago, one is a conflict', async () => {
    const incident = await stored('resolved');
    const { command } = desk();
    const feedback = (by: string, verdict: 'normal-now' | 'not-an-anomaly'): Promise<CommandOutcome> =>
      command({ type: 'feedback', incidentId: incident.id, by, verdict, ifRevision: 2 });
    const kinds = await Promise.all([feedback('ann', 'normal-now'), feedback('bob', 'not-an-anomaly')]);
    expect(kinds.map(({ kind }) => kind)).toEqual(['done', 'conflict']);
  });

  it('on an unknown incident is missing', async () => {
    expect(await desk().command(note('none', 'x'))).toEqual({ kind: 'missing' });
  });

  it('that the store does not take in time is said to be so, and is a retry later', async () => {
    const incident = await stored('open');
    const never = new Promise<void>(() => undefined);
    const { keeper, command } = desk(() => never);
    keeper.adopt([incident]);
    const answer = command(note(incident.id, 'x'));
    clock.advance(5_000);
    await expect(answer).rejects.toBeInstanceOf(NotWrittenError);
    const again = command(note(incident.id, 'x'));
    clock.advance(5_000);
    await expect(again).rejects.toBeInstanceOf(NotWrittenError);
    expect(keeper.incidents[0].notes).toHaveLength(1);
  });

  it('after a store that failed, the next is served', async () => {
    const incident = await stored('resolved');
    const { command } = desk();
    const real = store.incident.bind(store);
    store.incident = () => Promise.reject(new Error('disk'));
    await expect(command(note(incident.id, 'x'))).rejects.toThrow('disk');
    store.incident = real;
    expect((await command(note(incident.id, 'y'))).kind).toBe('done');
  });
});
