import { createCommandDesk } from '../../src/app/command-desk.ts';
import type { Feedback } from '../../src/domain/feedback.ts';
import type { ComponentNow } from '../../src/history/port.ts';
import type { DeliveryRecord, HttpParts, SilenceRecord } from '../../src/http/port.ts';
import { DEFAULT_INCIDENT_OPTIONS, IncidentKeeper } from '../../src/incident/index.ts';
import type { Runtime } from '../../src/runtime/index.ts';
import { openSqliteStore, type Store } from '../../src/store/index.ts';
import { aMessage, anIncident, OPENED_AT, opened } from '../doubles/incident-story.ts';

export interface FullParts {
  readonly parts: HttpParts;
  readonly store: Store;
  readonly keeper: IncidentKeeper;
  /** As when log lines of an incident were kept. */
  logsCame(incidentId: string): void;
}

function now(component: string, over: Partial<ComponentNow> = {}): ComponentNow {
  return {
    component,
    kind: component.slice(0, component.indexOf('(')) as ComponentNow['kind'],
    unit: 'us',
    count: 600,
    observed: 1000,
    expected: 1000,
    low: 900,
    high: 1100,
    lastSeenMs: OPENED_AT,
    ...over,
  };
}

/** A small system: web calls payment, payment waits for a database. */
export const NOW: readonly ComponentNow[] = [
  now('self(web, GET /)'),
  now('self(payment, Charge)', { observed: 9000 }),
  now('error(payment, Charge)', { unit: 'ratio', observed: 0.2, expected: 0.01, low: 0, high: 0.02 }),
  now('request(web -> payment, Charge)', { observed: 300, expected: 200, low: 100, high: 300 }),
  now('response(web -> payment, Charge)', { observed: 100, expected: 100, low: 50, high: 150 }),
  now('calls(web, GET / -> payment, Charge)', { unit: 'count', observed: 2, expected: 2, low: 1, high: 3 }),
  now('dependency(payment -> db/1)', { expected: undefined, low: undefined, high: undefined } as object),
  now('self(lonely@prod/team, op)'),
];

/** Everything that the server can answer from: a real store and keeper, the rest from lists. */
export async function fullParts(runtime: Runtime): Promise<FullParts> {
  const store = openSqliteStore({ path: ':memory:' }, runtime);
  const listeners = new Set<() => void>();
  let logsCame: (incidentId: string) => void = () => undefined;
  let tail: Promise<unknown> = Promise.resolve();
  const keeper = new IncidentKeeper(DEFAULT_INCIDENT_OPTIONS, (incident, event) => {
    tail = tail
      .then(() => store.appendEvent(incident, event, []))
      .then(() => listeners.forEach((listener) => listener()));
  });
  const incident = anIncident({ id: 'i-1' });
  await store.appendEvent(incident, opened(incident), [
    { channel: 'chat', message: aMessage({ incidentId: 'i-1' }) },
  ]);
  keeper.adopt([incident]);
  const command = createCommandDesk({
    apply: (one, stored) => keeper.command(one, stored),
    nowMs: () => runtime.clock.now(),
    store,
    written: () => tail.then(() => undefined),
    clock: runtime.clock,
  });
  const parts: HttpParts = {
    version: '0.0.0-test',
    ready: () => ({ ok: true, reasons: [] }),
    status: () => ({
      version: '0',
      eventTime: null,
      budget: { perWeek: 1, expected: 0, observed: 0 },
      more: [1],
    }),
    incidents: store,
    command,
    changes: {
      changes: (page) => store.changes(page),
      lastPosition: () => store.lastPosition(),
      onChange: (wake) => {
        listeners.add(wake);
        return () => void listeners.delete(wake);
      },
      onContext: (told) => void (logsCame = told),
    },
    history: {
      now: () => NOW,
      series: ({ component }) =>
        Promise.resolve(
          NOW.some((one) => one.component === component)
            ? {
                component,
                kind: 'self' as const,
                unit: 'us' as const,
                widthMs: 10_000,
                points: [
                  { atMs: OPENED_AT, widthMs: 10_000, count: 5, mean: 1000, p50: 900, expected: 1000 },
                ],
              }
            : undefined,
        ),
    },
    outbox: outboxOf(),
    decisions: (incidentId) =>
      Promise.resolve([
        {
          ...{
            at: 0,
            messageId: `${incidentId}-1`,
            channel: 'chat',
            event: 'opened',
            outcome: 'told' as const,
          },
          ...{ reason: 'opened, P1', delivery: { state: 'sent' as const, attempts: 1 } },
        },
      ]),
    logs: {
      logs: (id) =>
        Promise.resolve({
          ...{ at: OPENED_AT, opening: OPENED_AT },
          traces: [
            {
              ...{ traceId: '1'.repeat(32), role: 'slow' as const, more: true },
              lines: [{ atMs: OPENED_AT, text: `no route ${id}`, level: 'error', service: 'pay' }],
            },
          ],
        }),
      link: () => 'https://logs.example/x',
    },
    silences: silencesOf(runtime),
    feedback: feedbackOf(runtime),
    models: {
      list: () => Promise.resolve([{ name: 'v2', createdAt: OPENED_AT, reason: 'refit' }, { name: 'v1' }]),
      current: () => ({ name: 'v2' }),
      rollBack: (name) =>
        Promise.resolve(
          name === 'v1'
            ? { kind: 'done', model: { name } }
            : name === 'v2'
              ? { kind: 'refused', reason: 'it is in use' }
              : { kind: 'missing' },
        ),
    },
  };
  return { parts, store, keeper, logsCame: (id) => logsCame(id) };
}

function outboxOf(): NonNullable<HttpParts['outbox']> {
  const delivery: DeliveryRecord = {
    id: 'i-1-1/chat',
    channel: 'chat',
    incidentId: 'i-1',
    message: aMessage(),
    state: 'dead',
    attempts: 3,
    enqueuedAt: OPENED_AT,
    nextAttemptAt: OPENED_AT,
    reason: 'gone',
  };
  const find = (id: string) =>
    Promise.resolve(
      id === delivery.id
        ? ({ kind: 'done', delivery } as const)
        : id === 'sent'
          ? ({ kind: 'refused', reason: 'it is sent' } as const)
          : ({ kind: 'missing' } as const),
    );
  return {
    list: ({ state = 'dead' }) => Promise.resolve({ deliveries: state === 'dead' ? [delivery] : [] }),
    resend: find,
    drop: find,
  };
}

/** One verdict in force, about `i-9`. */
export function feedbackOf(runtime: Runtime): NonNullable<HttpParts['feedback']> {
  let only: Feedback = {
    id: 'i-9',
    by: 'ann',
    at: OPENED_AT,
    expiresAt: runtime.clock.now() + 86_400_000,
    followed: 'part',
    floors: [{ component: 'self(payment, Charge)', direction: 'up', least: 1.5 }],
    limitedBy: ['i-1'],
  };
  return {
    list: () => Promise.resolve([only]),
    revoke: (id, by) => {
      if (id !== only.id) return Promise.resolve({ kind: 'missing' });
      if (only.revokedAt !== undefined)
        return Promise.resolve({ kind: 'refused', reason: 'it is revoked already' });
      only = { ...only, revokedAt: runtime.clock.now(), revokedBy: by };
      return Promise.resolve({ kind: 'done', feedback: only });
    },
  };
}

function silencesOf(runtime: Runtime): NonNullable<HttpParts['silences']> {
  const all: SilenceRecord[] = [];
  return {
    add: ({ startsAt = runtime.clock.now(), by, ...rest }) => {
      if (rest.endsAt <= startsAt) {
        return Promise.resolve({ kind: 'refused', field: 'endsAt', reason: 'must be after the start' });
      }
      const silence = { id: 's1', startsAt, createdAt: startsAt, createdBy: by, ...rest };
      all.push(silence);
      return Promise.resolve({ kind: 'done', silence });
    },
    expire: (id, by) => {
      const silence = all.find((one) => one.id === id);
      return Promise.resolve(
        silence === undefined
          ? { kind: 'missing' }
          : { kind: 'done', silence: { ...silence, endsAt: runtime.clock.now(), expiredBy: by } },
      );
    },
    list: () => Promise.resolve(all),
  };
}
