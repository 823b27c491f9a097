import { describe, expect, it } from 'vitest';
import type { Incident } from '../../src/domain/incident.ts';
import { parseNamedMatcher } from '../../src/domain/matcher.ts';
import {
  createTimeWindow,
  fits,
  InARow,
  judge,
  NO_POLICY,
  ownerOf,
  parseOwnersFile,
  type Policy,
  POLICY_NAMES,
  type PolicyMatcher,
  remindersFor,
  type Route,
  tieredSeverity,
} from '../../src/policy/index.ts';
import { anIncident, aSuspect, HARM, OPENED_AT, opened, resolved } from '../doubles/incident-story.ts';

const CHANNELS = [{ name: 'chat' }, { name: 'pager' }, { name: 'pay' }];
const must = (...texts: string[]): PolicyMatcher[] =>
  texts.map((text) => parseNamedMatcher(text, POLICY_NAMES) ?? expect.unreachable());
const route = (over: Partial<Route>): Route => ({
  path: 'r',
  match: [],
  channels: ['chat'],
  continue: false,
  mute: [],
  groupWaitMs: 0,
  repeatMs: 0,
  escalate: [],
  routes: [],
  ...over,
});
const first = anIncident();
const calm = {
  before: undefined,
  nowMs: OPENED_AT,
  others: [],
  told: new Set<string>(),
  silenced: undefined,
  groupedUntil: () => undefined,
};
const heard = (policy: Partial<Policy>, incident: Incident = first, seen: Partial<typeof calm> = {}) =>
  Object.fromEntries(
    judge(
      incident,
      opened(incident),
      { channels: CHANNELS, policy: { ...NO_POLICY, ...policy } },
      { ...calm, ...seen },
    ).map(({ channel, outcome, reason }) => [channel, `${outcome}: ${reason}`]),
  );

describe('routes', () => {
  it('are not there: each channel by its severity', () => {
    expect(heard({})).toEqual({
      chat: 'told: opened, P1',
      pager: 'told: opened, P1',
      pay: 'told: opened, P1',
    });
  });

  it('the first that matches tells, and those after it while they say continue', () => {
    const routes = [
      route({ path: 'a', match: must('service=cart'), channels: ['pager'] }),
      route({ path: 'b', match: must('service=~"pay.*"', 'severity=P1'), channels: ['pay'], continue: true }),
      route({ path: 'c' }),
      route({ path: 'd', channels: ['pager'] }),
    ];
    expect(heard({ routes })).toEqual({
      chat: 'told: opened, P1, c',
      pager: 'untold: not in b, c',
      pay: 'told: opened, P1, b',
    });
    expect(heard({ routes: routes.slice(0, 1) })).toMatchObject({ chat: 'untold: no route matches' });
  });

  it('ask the routes within first, and tell themselves when none of them matches', () => {
    const owners = [{ services: ['pay*'], owner: 'payments' }];
    const inner = (owner: string) => [
      route({
        path: 'a',
        channels: ['chat'],
        routes: [route({ path: 'a.0', match: must(`owner=${owner}`), channels: ['pay'] })],
      }),
    ];
    expect(heard({ owners, routes: inner('payments') })).toMatchObject({
      pay: 'told: opened, P1, a.0',
      chat: 'untold: not in a.0',
    });
    expect(heard({ owners, routes: inner('search') })).toMatchObject({ chat: 'told: opened, P1, a' });
  });

  it('an end is told to whoever was told of the opening, and to nobody else', () => {
    const end = judge(
      { ...first, state: 'resolved' },
      resolved(first, 2, OPENED_AT + 1),
      { channels: CHANNELS, policy: { ...NO_POLICY, routes: [route({ channels: ['pager'] })] } },
      { ...calm, told: new Set(['chat']) },
    );
    expect(end.map(({ channel, outcome }) => `${channel} ${outcome}`)).toEqual([
      'chat told',
      'pager untold',
      'pay untold',
    ]);
  });
});

describe('what holds back', () => {
  const friday = Date.UTC(2026, 2, 6, 22, 30);

  it('a maintenance window, of what it matches, in its time zone', () => {
    const window = createTimeWindow({
      name: 'release',
      cron: '0 6 * * 6',
      durationMs: 3_600_000,
      timezone: 'Asia/Shanghai',
    });
    const maintenance = [{ window, match: must('service=payment') }];
    expect(heard({ maintenance }, first, { nowMs: friday })).toMatchObject({
      chat: 'held: maintenance release until 2026-03-06T23:00:00.000Z',
    });
    expect(heard({ maintenance }, first, { nowMs: friday + 1_800_000 })).toMatchObject({
      chat: 'told: opened, P1',
    });
    expect(
      heard({ maintenance: [{ window, match: must('service=cart') }] }, first, { nowMs: friday }),
    ).toMatchObject({
      chat: 'told: opened, P1',
    });
  });

  it('a mute time, of the routes that name it alone', () => {
    const muteTimes = [
      createTimeWindow({ name: 'night', cron: '0 22 * * *', durationMs: 8 * 3_600_000, timezone: 'UTC' }),
    ];
    const routes = [
      route({ path: 'a', channels: ['chat'], mute: ['night'], continue: true }),
      route({ path: 'b', channels: ['pager'] }),
    ];
    expect(heard({ muteTimes, routes }, first, { nowMs: friday })).toMatchObject({
      chat: 'held: mute time night until 2026-03-07T06:00:00.000Z',
      pager: 'told: opened, P1, b',
    });
  });

  it('the incident of its cause, unless this one is worse or the elder', () => {
    const cause = anIncident({
      id: 'a-db',
      openedAt: OPENED_AT - 1,
      finalSuspects: [aSuspect({ service: 'db' })],
      harm: { ...HARM, entries: [{ ...HARM.entries[0], service: 'payment' }] },
    });
    const inhibit = { byCause: true, rules: [] };
    expect(heard({ inhibit }, first, { others: [cause, first] as never })).toMatchObject({
      chat: 'held: inhibited: a-db (db) is its cause',
    });
    const tells = (other: Incident) => heard({ inhibit }, first, { others: [other] as never })['chat'];
    expect(tells({ ...cause, severity: 'P2' })).toBe('told: opened, P1');
    expect(tells({ ...cause, openedAt: OPENED_AT + 1 })).toBe('told: opened, P1');
    expect(tells({ ...cause, state: 'resolved' })).toBe('told: opened, P1');
    expect(heard({}, first, { others: [cause] as never })['chat']).toBe('told: opened, P1');
  });

  it('a rule of source, target and what is equal', () => {
    const other = anIncident({
      id: 'a',
      openedAt: OPENED_AT - 1,
      finalSuspects: [aSuspect({ service: 'db', environment: 'prod' })],
    });
    const rule = {
      source: must('service=db'),
      target: must('service=payment'),
      equal: ['environment'] as const,
    };
    const inhibit = { byCause: false, rules: [rule] };
    expect(heard({ inhibit }, first, { others: [other] as never })['chat']).toBe('told: opened, P1');
    const here = { ...other, finalSuspects: [aSuspect({ service: 'db' })] };
    expect(heard({ inhibit }, first, { others: [here] as never })['chat']).toMatch(
      /^held: inhibited by a, policy/,
    );
  });
});

describe('a planned time', () => {
  const night = createTimeWindow({ name: 'n', cron: '0 22 * * *', durationMs: 3_600_000, timezone: 'UTC' });
  const at = (hour: number, minute: number, day = 7) =>
    night.until(Date.UTC(2026, 2, day, hour, minute)) !== undefined;
  it('is the same whichever way it is asked', () => {
    expect([
      at(21, 59),
      at(22, 0),
      at(22, 59),
      at(23, 0),
      at(22, 30, 9),
      at(22, 30),
      at(12, 0),
      at(22, 1, 8),
    ]).toEqual([false, true, true, false, true, true, false, true]);
  });
});

describe('reminders', () => {
  const routes = [
    route({
      path: 'r',
      channels: ['chat'],
      repeatMs: 3_600_000,
      escalate: [
        { afterMs: 900_000, channels: ['pager'] },
        { afterMs: 1_800_000, channels: ['pay'] },
      ],
    }),
  ];
  const after = (minutes: number, over: Partial<Incident> = {}, seen: object = {}) =>
    remindersFor(
      { ...first, ...over },
      { routes, owners: [] },
      { told: new Set(['chat']), nowMs: OPENED_AT + minutes * 60_000, channels: [], ...seen },
    ).map(
      ({ event, channel, key, outcome }) =>
        `${outcome === 'told' ? '' : 'not '}${event} ${channel} ${key.slice(first.id.length + 1)}`,
    );
  it('escalate step by step, repeat to who was told, and end with an acknowledgement', () => {
    expect(after(14)).toEqual([]);
    expect(after(15)).toEqual(['escalation pager e1.0']);
    expect(after(125)).toEqual(['escalation pager e1.0', 'escalation pay e1.1', 'repeat chat r1.2']);
    expect(after(125, { state: 'acknowledged' })).toEqual([]);
    expect(after(125, { state: 'resolved' })).toEqual([]);
  });

  it('end with what somebody said of the opening, not of one before', () => {
    const said = (at: number): Partial<Incident> => ({
      feedback: [{ at, by: 'ann', verdict: 'not-an-anomaly' }],
    });
    expect(after(125, said(OPENED_AT + 1))).toEqual([]);
    expect(after(15, said(OPENED_AT - 1))).toEqual(['escalation pager e1.0']);
  });

  it('leave a channel to its own rules', () => {
    const channels = [
      { name: 'pager', minSeverity: 'P0' },
      { name: 'pay', ticketsAfter: 3 },
    ];
    expect(after(125, {}, { channels, inARow: () => 1, told: new Set() })).toEqual([
      'not escalation pager e1.0',
      'not escalation pay e1.1',
    ]);
    expect(after(125, { severity: 'P0' }, { channels, told: new Set() })).toEqual([
      'escalation pager e1.0',
      'escalation pay e1.1',
    ]);
    const third = { channels, inARow: () => 3, told: new Set() };
    expect(after(125, {}, third)[1]).toBe('escalation pay e1.1');
  });

  it('say how long nobody was on it, in seconds where it is short', () => {
    const soon = [route({ channels: ['chat'], escalate: [{ afterMs: 20_000, channels: ['pager'] }] })];
    const seen = { told: new Set<string>(), nowMs: OPENED_AT + 20_000, channels: [] };
    expect(remindersFor(first, { routes: soon, owners: [] }, seen)[0].reason).toContain('within 20 s');
  });
});

describe('owners', () => {
  it('are those of the last line that fits, and a line without an owner takes them away', () => {
    const file = parseOwnersFile(
      '# all\n*  @platform\npay*  @payments @second # money\n\nshop/cart @carts\npay-legacy\n',
    );
    const owners = file.ok ? file.owners : [];
    const of = (service: string, namespace = '') => ownerOf({ service, namespace }, owners)?.owner;
    expect([of('search'), of('payment'), of('cart', 'shop'), of('cart'), of('pay-legacy')]).toEqual([
      'platform',
      'payments',
      'carts',
      'platform',
      '',
    ]);
    // Whom its spans name counts where no rule fits, one that takes the owner away included.
    const own = (service: string) =>
      ownerOf({ service, namespace: '', owner: 'said' }, owners.slice(1))?.owner;
    expect([own('search'), own('payment'), own('pay-legacy')]).toEqual(['said', 'payments', '']);
    expect(parseOwnersFile(`a b\n${'x'.repeat(400)} y`)).toMatchObject({ ok: false, line: 2 });
  });

  it.each([
    ['pay*', 'payment', true],
    ['pay*', 'repay', false],
    ['*pay', 'repay', true],
    ['a*b*c', 'aXbYc', true],
    ['a*b*c', 'acb', false],
    ['aa*aa', 'aaa', false],
    ['*', '', true],
    ['pay', 'payment', false],
  ])('%s and %s: %s', (pattern, service, yes) => expect(fits(pattern, { service, namespace: '' })).toBe(yes));
});

describe('tickets', () => {
  let day = 0;
  /** Each on a day of its own, an hour long. */
  const grave = (id: string, over: Partial<Incident> = {}) => {
    const startedAt = OPENED_AT + ++day * 86_400_000;
    return anIncident({ id, startedAt, resolvedAt: startedAt + 3_600_000, ...over });
  };
  const row = new InARow();
  const jira = { channel: 'jira', withinMs: Infinity };
  it('count incidents at P1 of a service in a row, back to one that was none', () => {
    row.note(grave('a'));
    row.note(grave('b', { severity: 'P2', openings: [] }));
    row.note(grave('other', { finalSuspects: [aSuspect({ service: 'cart' })] }));
    row.note(grave('c'));
    row.note(grave('c'));
    expect(row.of(grave('c'), jira)).toBe(2);
    row.note(grave('c', { feedback: [{ at: 1, by: 'ann', verdict: 'not-an-anomaly' }] }));
    row.note(grave('d'));
    expect(row.of(grave('d'), jira)).toBe(1);
    const restored = new InARow();
    restored.restore(row.snapshot());
    expect(restored.of(grave('d'), jira)).toBe(1);
  });

  it('begin anew after a ticket, which one keeps that has it', () => {
    const again = new InARow();
    const counted = ['a', 'b', 'c', 'd', 'e'].map((id) => {
      const incident = grave(id);
      again.note(incident);
      const count = again.of(incident, jira);
      if (count >= 3) again.note(incident, ['jira']);
      return count;
    });
    expect(counted).toEqual([1, 2, 3, 1, 2]);
    const restored = new InARow();
    restored.restore(again.snapshot());
    restored.note(grave('c'));
    expect(restored.of(grave('c'), jira)).toBe(Infinity);
    expect(restored.of(grave('e'), { ...jira, channel: 'other' })).toBe(5);
  });

  it('count what began within the time of the rule', () => {
    const rare = new InARow();
    const incidents = [0, 60, 120, 123].map((n) =>
      grave(`i${n}`, { startedAt: n * 86_400_000, resolvedAt: n * 86_400_000 + 1 }),
    );
    const week = { channel: 'jira', withinMs: 7 * 86_400_000 };
    expect(incidents.map((one) => (rare.note(one), rare.of(one, week)))).toEqual([1, 1, 1, 2]);
  });

  it.each([
    [
      'three rules that one outage broke',
      [
        [0, 10],
        [1, 12],
        [2, null],
      ],
      1,
    ],
    [
      'one after the other, the last open',
      [
        [0, 10],
        [10, 20],
        [25, null],
      ],
      3,
    ],
    [
      'one that lasts for days beside two that come and go',
      [
        [0, null],
        [5, 6],
        [8, 9],
      ],
      2,
    ],
    [
      'a chain of which only neighbours overlap',
      [
        [0, 10],
        [8, 20],
        [18, 30],
      ],
      2,
    ],
  ] as const)('count incidents that were open at once as one fault: %s', (_, times, count) => {
    const faults = new InARow();
    const incidents = times.map(([startedAt, resolvedAt], n) => grave(`i${n}`, { startedAt, resolvedAt }));
    for (const one of incidents) faults.note(one);
    expect(faults.of(incidents[incidents.length - 1], jira)).toBe(count);
  });

  it('count what an older version remembered, which says no times, as it did', () => {
    const old = ['a', 'b'].map((id) => ({ id, service: '//payment', grave: true, noAnomaly: false }));
    const faults = new InARow();
    faults.restore(old as unknown as ReturnType<InARow['snapshot']>);
    const now = grave('c', { finalSuspects: [aSuspect({ environment: '', namespace: '' })] });
    faults.note(now);
    expect(faults.of(now, jira)).toBe(3);
  });

  it.each([
    ['P1', 2, 'untold: no ticket yet: 2 of 3 faults of the service at P1 in a row'],
    ['P1', 3, 'told: opened, P1'],
    ['P0', 1, 'told: opened, P0'],
    ['P2', 9, 'untold: P2 makes no ticket'],
  ] as const)('%s, %i in a row: %s', (severity, inARow, said) => {
    const incident = anIncident({ severity, openings: [] });
    const channels = [{ name: 'jira', ticketsAfter: 3 }];
    const [verdict] = judge(
      incident,
      opened(incident),
      { channels, policy: NO_POLICY },
      { ...calm, inARow: () => inARow },
    );
    expect(`${verdict.outcome}: ${verdict.reason}`).toBe(said);
  });
});

describe('tiers', () => {
  const tiers = [
    { name: 'gold', services: ['pay*'], raiseBy: 1, atMost: 'P1' as const },
    { name: 'toys', services: ['demo-*'], raiseBy: 0, atMost: 'P3' as const },
    { name: 'least', services: ['core'], raiseBy: 0, atLeast: 'P2' as const },
  ];
  it.each([
    ['P2', 'payment', 'P1'],
    ['P0', 'payment', 'P1'],
    ['P3', 'payment', 'P2'],
    ['P0', 'demo-x', 'P3'],
    ['P3', 'core', 'P2'],
    ['P0', 'core', 'P0'],
    ['P1', 'other', 'P1'],
  ] as const)('%s of %s is %s', (severity, service, is) =>
    expect(tieredSeverity(severity, { service, namespace: '' }, tiers)).toBe(is),
  );
});
