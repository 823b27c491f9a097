import { describe, expect, it } from 'vitest';
import { Announcer } from '../../src/app/announcer.ts';
import type { Incident, IncidentEvent } from '../../src/domain/incident.ts';
import { foldEvent } from '../../src/incident/index.ts';
import { ManualClock, silentLogger } from '../../src/runtime/index.ts';
import { openSqliteStore, type Store } from '../../src/store/index.ts';

const judged = {
  severity: 'P2',
  suspects: [],
  evidence: [],
  exemplars: [],
  harm: { share: 0, entries: [] },
  firing: [],
} as const;
const OPENED: IncidentEvent = {
  type: 'opened',
  incidentId: 'i1',
  sequence: 1,
  at: 1000,
  fingerprint: 'service pay',
  startedAt: 900,
  ...judged,
};
const RESOLVED: IncidentEvent = { type: 'resolved', incidentId: 'i1', sequence: 2, at: 2000, firing: [] };

/** A store whose first writes fail. */
function failing(store: Store, times: number): Store {
  let left = times;
  return {
    ...store,
    appendEvent: (...args) =>
      left-- > 0 ? Promise.reject(new Error('disk full')) : store.appendEvent(...args),
  };
}

function announcing(failures: number) {
  const clock = new ManualClock(0);
  const store = openSqliteStore({ path: ':memory:' }, { clock });
  const counted = { failures: 0, wakes: 0 };
  const announcer = new Announcer({
    store: failing(store, failures),
    outbox: { wake: () => counted.wakes++ },
    policy: { channels: [{ name: 'chat' }] },
    locales: new Map(),
    links: {},
    logger: silentLogger(),
    clock,
    onFailure: () => counted.failures++,
  });
  const opened = foldEvent(undefined, OPENED);
  const say = (incident: Incident, event: IncidentEvent): void => announcer.announce(incident, event);
  return { clock, store, counted, announcer, opened, say };
}

/** Lets promises run, then moves the clock, until nothing waits. */
async function run(clock: ManualClock, seconds: number): Promise<void> {
  for (let s = 0; s < seconds; s++) {
    for (let turn = 0; turn < 10; turn++) await Promise.resolve();
    clock.advance(1000);
  }
}

describe('events of an incident', () => {
  it('are written again after the store failed, in their order, each once', async () => {
    const { clock, store, counted, opened, say } = announcing(2);
    say(opened, OPENED);
    say(foldEvent(opened, RESOLVED), RESOLVED);
    await run(clock, 10);
    expect((await store.events('i1')).map(({ type }) => type)).toEqual(['opened', 'resolved']);
    expect(counted).toEqual({ failures: 2, wakes: 2 });
  });

  it('are given up when the process ends while the store still fails', async () => {
    const { counted, announcer, opened, say } = announcing(1000);
    say(opened, OPENED);
    await announcer.close();
    expect(counted.failures).toBeGreaterThanOrEqual(1);
  });
});

describe('what a channel hears first', () => {
  it('reads as an opening, though others know of it since it was milder', async () => {
    const clock = new ManualClock(0);
    const store = openSqliteStore({ path: ':memory:' }, { clock });
    const announcer = new Announcer({
      ...{ store, outbox: { wake: () => undefined }, locales: new Map(), links: {}, clock },
      policy: { channels: [{ name: 'digest', minSeverity: 'P3' }, { name: 'chat' }] },
      logger: silentLogger(),
      onFailure: () => undefined,
    });
    let incident: Incident | undefined;
    const say = (event: IncidentEvent): void => {
      incident = foldEvent(incident, event);
      announcer.announce(incident, event);
    };
    say({ ...OPENED, severity: 'P3' });
    const worse = { ...judged, type: 'escalated', incidentId: 'i1' } as const;
    say({ ...worse, sequence: 2, at: 2000, from: 'P3' });
    say({ ...worse, sequence: 3, at: 3000, from: 'P2', severity: 'P1' });
    await announcer.close();
    const { deliveries } = await store.outboxAdmin.list({ incidentId: 'i1', limit: 10 });
    const titles = (channel: string): string[] =>
      deliveries
        .flatMap((one) => (one.channel === channel ? [one.message.title.slice(0, 13)] : []))
        .toReversed();
    expect(titles('digest')).toEqual(['P3 something ', 'P2 (was P3) s', 'P1 (was P2) s']);
    expect(titles('chat')).toEqual(['P2 something ', 'P1 (was P2) s']);
  });
});
