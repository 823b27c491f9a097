import fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import type { Evidence } from '../../src/domain/evidence.ts';
import type { Incident, IncidentNews } from '../../src/domain/incident.ts';
import type { Locale, Message } from '../../src/domain/message.ts';
import { composeMessage, renderTerminal } from '../../src/messages/index.ts';
import { expectGolden } from '../doubles/golden.ts';
import {
  anIncident,
  aSuspect,
  escalated,
  judged,
  opened,
  OPENED_AT,
  resolved,
  someEvidence,
  STARTED_AT,
} from '../doubles/incident-story.ts';

const LINKS = {
  traceUrl: 'http://jaeger/trace/{traceId}',
  incidentUrl: 'http://spanwatch/incidents/{incidentId}',
};

function compose(incident: Incident, event: IncidentNews = opened(incident), locale: Locale = 'en'): Message {
  return composeMessage({ incident, event, locale, links: LINKS });
}

function about(parts: Parameters<typeof judged>[0]): Incident {
  const all = judged(parts);
  return anIncident({ ...all, finalSuspects: all.suspects });
}

function callsEvidence(observed: number, expected: number): Evidence {
  const component = 'calls(cart, Show -> cart, GET price)';
  return someEvidence({ component, kind: 'calls', unit: 'count', observed, expected, direction: 'up' });
}

/** `mysql-orders`, which payment shows best. */
const SHARED = aSuspect({
  ...{ kind: 'dependency', peer: 'mysql-orders', cause: 'dependency', callers: { slow: 2, all: 3 } },
  component: 'dependency(payment -> mysql-orders)',
  because: ['dependency(payment -> mysql-orders)', 'dependency(cart -> mysql-orders)'],
});

function ofCallers(payment: number, cart: number): readonly Evidence[] {
  const one = (caller: string, observed: number): Evidence =>
    someEvidence({
      component: `dependency(${caller} -> mysql-orders)`,
      ...{ kind: 'dependency', observed, expected: 5_000 },
    });
  return [one('payment', payment), one('cart', cart)];
}

describe('a message', () => {
  it('says that callers answer without what fails, and how much gets through all the same', () => {
    const summaryAt = (passedOn: number | undefined, locale: Locale = 'en'): string => {
      const harm = { share: 0.9, entries: [], ...(passedOn !== undefined && { passedOn }) };
      return compose(about({ harm }), undefined, locale).summary;
    };
    expect(summaryAt(0.04)).toContain('Its callers answer without it: 4% of its failures reached an entry.');
    expect(summaryAt(0, 'zh')).toContain('没有它，调用方也能作答：其失败中有 0% 传到了入口。');
    for (const passedOn of [0.6, undefined]) expect(summaryAt(passedOn)).not.toContain('without it');
  });

  it('says in its title how bad, who, what, how much and since when', () => {
    expect(compose(anIncident()).title).toBe('P1 payment is slow: +141 ms since 03:12 UTC');
    expect(compose(anIncident(), undefined, 'zh').title).toBe(
      'P1 payment 变慢：耗时增加 141 ms，始于 03:12 UTC',
    );
  });

  it('has the date in the title when it began on another day', () => {
    const incident = anIncident({ startedAt: STARTED_AT - 86_400_000 });
    expect(compose(incident).title).toBe('P1 payment is slow: +141 ms since 2026-03-06 03:12 UTC');
  });

  it('is the same for the same event, and its id names the event', () => {
    const incident = anIncident();
    expect(compose(incident)).toEqual(compose(incident));
    expect(compose(incident)).toMatchObject({
      id: `${incident.id}-1`,
      createdAt: OPENED_AT,
      event: 'opened',
    });
  });

  const symptoms: [string, Parameters<typeof judged>[0], string][] = [
    [
      'errors in percent',
      {
        suspects: [aSuspect({ cause: 'errors', component: 'error(payment, Charge)' })],
        evidence: [
          someEvidence({
            component: 'error(payment, Charge)',
            kind: 'error',
            unit: 'ratio',
            observed: 0.123,
            expected: 0.0004,
          }),
        ],
      },
      'P1 payment is failing: 12% errors (normally 0.04%) since 03:12 UTC',
    ],
    [
      'missing calls as a factor',
      {
        suspects: [aSuspect({ cause: 'missing-calls', component: 'calls(payment, Charge -> bank, Pay)' })],
        evidence: [
          someEvidence({
            component: 'calls(payment, Charge -> bank, Pay)',
            kind: 'calls',
            unit: 'count',
            observed: 0.2,
            expected: 1,
            direction: 'down',
          }),
        ],
      },
      'P1 payment skips 80% of its calls to bank Pay since 03:12 UTC',
    ],
    [
      'a call over and over',
      {
        suspects: [aSuspect({ cause: 'more-calls', component: 'calls(cart, Show -> cart, GET price)' })],
        evidence: [callsEvidence(12, 1)],
      },
      'P1 payment calls GET price 12 times a request, usually 1 since 03:12 UTC',
    ],
    [
      'a call that is new',
      {
        suspects: [aSuspect({ cause: 'new-calls', component: 'calls(cart, Show -> cart, GET price)' })],
        evidence: [callsEvidence(0.9, 0)],
      },
      'P1 payment calls GET price, which it never did before since 03:12 UTC',
    ],
    [
      'a network',
      { suspects: [aSuspect({ cause: 'network' })] },
      'P1 payment is slow to reach: +141 ms since 03:12 UTC',
    ],
    [
      'a dependency with an arrow',
      { suspects: [aSuspect({ kind: 'dependency', peer: 'redis', cause: 'dependency' })] },
      'P1 payment → redis is slow: +141 ms since 03:12 UTC',
    ],
    [
      'a peer that several wait for by itself, with the most that one of them shows',
      { suspects: [SHARED], evidence: ofCallers(30_000, 41_000) },
      'P1 mysql-orders is slow, seen by 2 of its 3 callers: up to +36 ms since 03:12 UTC',
    ],
    [
      'an identity with environment and namespace',
      { suspects: [aSuspect({ environment: 'staging', namespace: 'shop' })] },
      'P1 payment (staging/shop) is slow: +141 ms since 03:12 UTC',
    ],
    [
      'an instance',
      { suspects: [aSuspect({ kind: 'instance', instance: 'payment-7f' })] },
      'P1 payment, instance payment-7f is slow: +141 ms since 03:12 UTC',
    ],
    ['no suspect at all', { suspects: [] }, 'P1 something is slow: +141 ms since 03:12 UTC'],
    ['no evidence at all', { evidence: [] }, 'P1 payment is slow since 03:12 UTC'],
  ];
  it('does not send anybody to a typical trace that there is none of', () => {
    const incident = about({ exemplars: [{ traceId: '1'.repeat(32) }] });
    expect(compose(incident).traces.map(({ role }) => role)).toEqual(['slow']);
    expect(compose(incident).nextSteps[0]).toMatch(/^Open the slow trace: see where/);
    expect(compose(incident, undefined, 'zh').nextSteps[0]).toMatch(/^打开慢链路，看/);
  });

  it('calls the exemplar what it is', () => {
    const parts = (what: string): Message =>
      compose(about(symptoms.find(([name]) => name === what)?.[1] ?? {}));
    const [failing, missing, network] = ['errors in percent', 'missing calls as a factor', 'a network'].map(
      parts,
    );
    expect(failing.traces[0].label).toBe('Failing trace');
    expect(missing.traces[0].label).toBe('Trace without the call');
    expect(missing.nextSteps[0]).toMatch(/^Open the trace without the call beside the typical one/);
    expect(network.traces.map(({ label }) => label)).toEqual([undefined, undefined]);
    for (const message of [failing, missing])
      expect(JSON.stringify({ ...message, traces: [] })).not.toContain('slow trace');
  });

  it('shows no pair of times of an entry within a tenth of normal', () => {
    const harm = (observedUs: number) => ({
      harm: { share: 0.34, entries: [{ ...judged().harm.entries[0], observedUs, expectedUs: 36_000 }] },
    });
    const hit = (observedUs: number): string =>
      compose(about(harm(observedUs))).facts.find(({ label }) => label === 'Who is hit')?.value ?? '';
    expect(hit(38_000)).toContain('POST /checkout (34% of its requests use it)');
    expect(hit(41_000)).toContain('(34% of its requests use it; 41 ms against 36 ms)');
  });

  it('lists no evidence whose figures show no change, where others do', () => {
    const [slow, same] = [someEvidence(), someEvidence({ component: 'total(web, GET /)', observed: 43_700 })];
    const none = someEvidence({ component: 'error(pay, Charge)', kind: 'error', unit: 'ratio' });
    const lines = compose(
      about({
        evidence: [
          slow,
          { ...same, kind: 'total', expected: 42_000 },
          { ...none, observed: 0, expected: 0.0007 },
        ],
      }),
    ).evidence;
    expect(lines).toEqual(['own time of payment Charge: 182 ms against 41 ms (4.4x), 320 seen']);
    expect(compose(about({ evidence: [{ ...same, expected: 42_000 }] })).evidence).toHaveLength(1);
  });

  it('says who uses it, not who is hit, where callers answer without what fails', () => {
    const harm = (passedOn: number) => ({ ...judged().harm, passedOn });
    const labels = (passedOn: number) => compose(about({ harm: harm(passedOn) })).facts.map((f) => f.label);
    expect(labels(0.1)).toContain('Who uses it');
    expect(labels(0.1)).not.toContain('Who is hit');
    expect(labels(0.9)).toContain('Who is hit');
  });

  it('says of one that passes failures on that it has no more than its usual few of its own, not that it is unchanged', () => {
    const against = ['error(checkout, POST /order)'];
    const why = (locale: Locale): string =>
      compose(about({ suspects: [aSuspect({ cause: 'errors', against })] }), undefined, locale).suspects[0]
        .why;
    expect(why('en')).toContain('; but checkout POST /order has no more failures of its own than usual');
    expect(why('zh')).toContain('；但 checkout POST /order 自身的失败并不比平时多');
  });

  it('tells the times of entries since it began, where what was judged has calm before it', () => {
    const entry = { ...judged().harm.entries[0], observedUs: 38_000, expectedUs: 36_000, toldUs: 65_000 };
    const incident = about({ harm: { share: 0.34, entries: [entry] } });
    const hit = compose(incident).facts.find(({ label }) => label === 'Who is hit');
    expect(hit?.value).toContain('65 ms against 36 ms');
  });

  it('tells of what is over in the past, without the figures of its fading', () => {
    const incident = anIncident({ state: 'resolved', resolvedAt: OPENED_AT + 600_000 });
    const message = compose(incident, resolved(incident, 2, OPENED_AT + 600_000));
    expect(message.suspects[0].why).toBe('the time went in its own code');
    expect(message.evidence).toEqual([]);
  });

  it('tells of a shared peer without one of its callers, but whose the figures are', () => {
    const incident = about({ suspects: [SHARED], evidence: ofCallers(30_000, 41_000) });
    const message = compose(incident);
    expect(message.suspects[0]).toMatchObject({
      name: 'mysql-orders',
      why: 'the time is spent waiting for it, seen by 2 of its 3 callers (payment 30 ms against 5 ms)',
    });
    expect(message.nextSteps).toEqual([
      'Check mysql-orders itself: load, slow queries, locks, quota',
      'See which of its callers loads it: a deploy, a job, a new query',
      'Call the owner of mysql-orders now; users are hit',
    ]);
    expect(compose(incident, undefined, 'zh').title).toBe(
      'P1 mysql-orders 变慢（3 个调用方中有 2 个可见）：耗时最多增加 36 ms，始于 03:12 UTC',
    );
    expect(compose(incident, undefined, 'zh').suspects[0].why).toBe(
      '时间耗在等待它上，3 个调用方中有 2 个可见（payment 为 30 ms，正常为 5 ms）',
    );
    const all = compose(about({ suspects: [{ ...SHARED, callers: { slow: 3, all: 3 } }] }));
    expect(all.title).toContain('seen by all 3 of its callers');
  });

  it('says of a consumer that falls behind how long messages wait', () => {
    const behind = about({
      suspects: [aSuspect({ cause: 'queue', component: 'queue(shop -> payment, Charge)' })],
      evidence: [
        someEvidence({
          component: 'queue(shop -> payment, Charge)',
          ...{ kind: 'queue', unit: 'us', observed: 12_000_000, expected: 40_000 },
        }),
      ],
    });
    expect(compose(behind).title).toContain(
      'falls behind: messages wait 12 s in the queue before it takes them (normally 40 ms)',
    );
    expect(compose(behind, undefined, 'zh').title).toContain(
      '消费滞后：消息在队列中等待 12 s 才被它取走（正常为 40 ms）',
    );
  });

  it('tells of a tail how many requests lie in it', () => {
    const tail = { share: 0.021, usual: 0.001, overUs: 1_200_000, count: 480 };
    const incident = about({ evidence: [someEvidence({ tail, observed: 60_000, count: 300 })] });
    const message = compose(incident);
    expect(message.title).toBe(
      'P1 payment is slow for 2.1% of requests: over 1.2 s (normally 0.1%) since 03:12 UTC',
    );
    expect(message.suspects[0].why).toBe('the time goes in its own code (2.1% over 1.2 s against 0.1%)');
    expect(message.evidence).toEqual(['own time of payment Charge: 2.1% over 1.2 s against 0.1%, 480 seen']);
    expect(message.traces[0]).not.toHaveProperty('label');
    const zh = compose(incident, undefined, 'zh');
    expect(zh.title).toBe('P1 payment 有 2.1% 的请求变慢：超过 1.2 s（正常为 0.1%），始于 03:12 UTC');
    expect(zh.evidence).toEqual(['payment Charge 的自身耗时：2.1% 超过 1.2 s，正常为 0.1%，样本 480']);
    const network = about({
      suspects: [aSuspect({ cause: 'network' })],
      evidence: [someEvidence({ tail, soFar: true })],
    });
    expect(compose(network).title).toContain('is slow to reach for 2.1% of requests so far: over 1.2 s');
    expect(compose(network, undefined, 'zh').title).toContain('目前有 2.1% 的请求网络变慢');
  });

  it('tells of a tail beside what is slow, whatever its mean', () => {
    const tail = { share: 0.05, usual: 0.001, overUs: 3_000, count: 40 };
    const heavy = { component: 'self(cart, Get)', observed: 220, expected: 236, direction: 'down' as const };
    const lines = (more: Partial<Evidence>): readonly string[] =>
      compose(about({ evidence: [someEvidence(), someEvidence({ ...heavy, ...more })] })).evidence;
    expect(lines({ tail })).toContain('own time of cart Get: 5% over 3 ms against 0.1%, 40 seen');
    expect(lines({})).toHaveLength(1);
  });

  it('leaves out of the evidence what reads as usual', () => {
    const component = 'error(cart, Get)';
    const none = someEvidence({ component, kind: 'error', unit: 'ratio', expected: 0 });
    const lines = (observed: number): readonly string[] =>
      compose(about({ evidence: [someEvidence(), { ...none, observed }] })).evidence;
    expect(lines(0)).toHaveLength(1);
    expect(lines(0.03)).toContain('errors of cart Get: 3% against 0%, 320 seen');
  });

  it('says so far of what fills a window still, while that is news', () => {
    const fills = [
      someEvidence({
        ...{ component: 'error(payment, Charge)', kind: 'error', unit: 'ratio', soFar: true },
        ...{ observed: 0.033, expected: 0.001, count: 60 },
      }),
    ];
    const suspects = [aSuspect({ cause: 'errors', component: 'error(payment, Charge)' })];
    const incident = about({ suspects, evidence: fills });
    const message = compose(incident);
    expect(message.title).toBe('P1 payment is failing: 3.3% errors so far (normally 0.1%) since 03:12 UTC');
    expect(message.suspects[0].why).toContain('(3.3% so far against 0.1%)');
    expect(message.evidence).toEqual(['errors of payment Charge: 3.3% against 0.1%, 60 seen so far']);
    expect(compose(incident, undefined, 'zh').title).toBe(
      'P1 payment 出错：目前错误率 3.3%，正常为 0.1%，始于 03:12 UTC',
    );
    expect(compose(about({ evidence: [someEvidence({ soFar: true })] })).title).toBe(
      'P1 payment is slow: +141 ms so far since 03:12 UTC',
    );
    expect(compose(about({ evidence: [someEvidence({ soFar: true })] }), undefined, 'zh').title).toBe(
      'P1 payment 变慢：目前耗时增加 141 ms，始于 03:12 UTC',
    );
    const minutes: Incident = { ...incident, firing: [[STARTED_AT, STARTED_AT + 95_000]] };
    expect(compose(minutes).title).toContain('is failing: 3.3% errors (normally');
  });

  it('tells failures of few requests by their number: a percentage of three says nothing of the next', () => {
    const error = { component: 'error(payment, Charge)', kind: 'error', unit: 'ratio' } as const;
    const suspects = [aSuspect({ cause: 'errors', component: error.component })];
    const of = (observed: number, count: number, more: Partial<Evidence> = {}): Incident =>
      about({ suspects, evidence: [someEvidence({ ...error, observed, expected: 0.001, count, ...more })] });
    const since = { sinceOnset: { observed: 8 / 28, count: 28 }, soFar: true } as const;
    const message = compose(of(0.022, 135, since));
    expect(message.title).toBe(
      'P1 payment is failing: 8 of 28 requests so far (normally 0.1%) since 03:12 UTC',
    );
    expect(message.suspects[0].why).toContain('(8 of 28 so far against 0.1%)');
    expect(message.evidence).toEqual(['errors of payment Charge: 8 of 28 so far against 0.1%']);
    expect(compose(of(0.25, 12)).evidence).toEqual(['errors of payment Charge: 3 of 12 against 0.1%']);
    const zh = compose(of(0.022, 135, since), undefined, 'zh');
    expect(zh.title).toBe('P1 payment 出错：目前 28 个请求中有 8 个，正常为 0.1%，始于 03:12 UTC');
    expect(zh.evidence).toEqual(['payment Charge 的错误率：目前 28 个请求中有 8 个，正常为 0.1%']);
    // From thirty on, and where some calls of a request fail and others do not, it is a percentage.
    expect(compose(of(0.3, 30)).evidence[0]).toContain('30% against 0.1%, 30 seen');
    expect(compose(of(0.25, 10)).evidence[0]).toContain('25% against 0.1%, 10 seen');
  });

  it('tells what the whole windows since it began show, where what was judged has calm before it', () => {
    const evidence = [someEvidence({ sinceOnset: { observed: 482_000, count: 90 } })];
    const message = compose(about({ evidence }));
    expect(message.title).toBe('P1 payment is slow: +441 ms since 03:12 UTC');
    expect(message.evidence).toEqual(['own time of payment Charge: 482 ms against 41 ms (12x), 90 seen']);
  });

  it('does not count callers of one of two that may be to blame', () => {
    const both = [{ ...SHARED, share: 0.4 }, aSuspect({ share: 0.38 })];
    const { title } = compose(about({ suspects: both, evidence: ofCallers(30_000, 41_000) }));
    expect(title).toBe('P1 mysql-orders or payment is slow: +25 ms since 03:12 UTC');
  });

  it.each(symptoms)('names %s', (_, parts, title) => {
    expect(compose(about(parts)).title).toBe(title);
  });

  it('says a place that all share once, in the title', () => {
    const place = { environment: 'live', namespace: 'shop' };
    const [own, other] = ['self(payment@live/shop, Charge)', 'self(bank@live/shop, Pay)'];
    const suspects = [
      aSuspect({ ...place, component: own, because: [own], against: [other] }),
      aSuspect({ ...place, service: 'bank', share: 0.1, component: other, because: [] }),
    ];
    const message = compose(about({ suspects, evidence: [someEvidence({ component: own })] }));
    expect(message.title).toBe('P1 payment (live/shop) is slow: +141 ms since 03:12 UTC');
    expect(JSON.stringify({ ...message, title: '' })).not.toContain('live');
    const [first] = suspects;
    const spread = compose(about({ suspects: [first, aSuspect({ service: 'bank', share: 0.1 })] }));
    expect(spread.suspects[0].name).toBe('payment (live/shop)');
  });

  it('says that it is not sure when the first two shares are close', () => {
    const close = about({
      suspects: [aSuspect({ share: 0.4 }), aSuspect({ service: 'shipping', share: 0.35 })],
    });
    expect(compose(close).title).toBe('P1 payment or shipping is slow: +141 ms since 03:12 UTC');
    expect(compose(close).summary).toContain('Not sure which: one of payment or shipping.');
    expect(compose(close).nextSteps[0]).toContain('side by side');
    expect(compose(anIncident()).summary).not.toContain('Not sure');
  });

  it('says what speaks against a suspect', () => {
    const doubtful = about({ suspects: [aSuspect({ against: ['request(checkout -> payment, Charge)'] })] });
    expect(compose(doubtful).suspects[0].why).toBe(
      'the time goes in its own code (182 ms against 41 ms); but unchanged: request from checkout to payment Charge',
    );
  });

  it('says why not its neighbours, while it goes on', () => {
    const whyOf = (cleared: string[]): string =>
      compose(about({ suspects: [aSuspect({ cleared })] })).suspects[0].why;
    expect(whyOf(['self(checkout, Pay)'])).toMatch(/; not checkout: its own time is as usual$/);
    expect(whyOf(['self(a, x)', 'self(b, x)', 'self(c, x)'])).toMatch(
      /; not a, b or c: their own time is as usual$/,
    );
    expect(whyOf(['error(a, x)', 'error(b, x)'])).toMatch(/; not a or b: their own failures are as usual$/);
    expect(whyOf([])).not.toContain('not');
  });

  it('tells a shortage of CPU by own time, not by the figures of a call to somebody else', () => {
    const [own] = anIncident().evidence;
    const call = {
      ...own,
      component: 'response(payment -> bank, Ask)',
      kind: 'response' as const,
      observed: 77_000,
    };
    const because = [call.component, own.component];
    const suspect = aSuspect({ cause: 'cpu', component: call.component, because });
    const whyOf = (evidence: (typeof own)[]): string =>
      compose(about({ suspects: [suspect], evidence })).suspects[0].why;
    expect(whyOf([call, own])).toContain('(182 ms against 41 ms)');
    expect(whyOf([call])).not.toContain('against');
  });

  it('shows no time that moved the other way', () => {
    const [own] = anIncident().evidence;
    const other = { ...own, component: 'self(bank, Ask)', observed: 30_000, direction: 'down' as const };
    const lines = compose(about({ evidence: [own, other] })).evidence;
    expect(lines).toHaveLength(1);
    expect(lines[0]).toContain('payment');
  });

  it('claims for a suspect no figures but its own', () => {
    const { suspects } = compose(anIncident());
    expect(suspects[0].why).toContain('182 ms');
    expect(suspects[1].why).not.toContain('182 ms');
  });

  it('says how long it lasted when it is over, and how bad it was', () => {
    const end = STARTED_AT + 65 * 60_000;
    const incident = anIncident({ state: 'resolved', revision: 2, firing: [[STARTED_AT, end]] });
    const calmFor = 300_000;
    const message = compose(incident, resolved(incident, 2, end + calmFor));
    expect(message.title).toBe('Resolved: payment is back to normal after 1 h 5 min');
    expect(message.facts[0]).toEqual({
      label: 'Lasted',
      value: '1 h 5 min (2026-03-07 03:12:40 UTC to 2026-03-07 04:17:40 UTC)',
    });
    expect(message.summary).toContain('P1 at its worst');
  });

  it('says what the severity was when it rises', () => {
    const incident = about({ severity: 'P0' });
    const message = compose({ ...incident, revision: 2 }, escalated(incident, 2, 'P2'));
    expect(message.title).toBe('P0 (was P2) payment is slow: +141 ms since 03:12 UTC');
  });

  it('counts from the second beginning when it came back', () => {
    const back = STARTED_AT + 3_600_000;
    const incident = anIncident({
      openings: [
        { openedAt: OPENED_AT, resolvedAt: OPENED_AT + 60_000, severity: 'P1', suspects: [] },
        { openedAt: back + 30_000, resolvedAt: null, severity: 'P1', suspects: [] },
      ],
      firing: [
        [STARTED_AT, STARTED_AT + 30_000],
        [back, back + 30_000],
      ],
    });
    const event: IncidentNews = {
      incidentId: incident.id,
      sequence: 4,
      at: back + 30_000,
      type: 'reopened',
      ...judged(),
    };
    expect(compose(incident, event).title).toBe('P1 again: payment is slow: +141 ms since 04:12 UTC');
  });

  it('links traces by the template, and has the bare id without one', () => {
    const [slow, typical] = compose(anIncident()).traces;
    expect(slow).toEqual({
      role: 'slow',
      traceId: '4bf92f3577b34da6a3ce929d0e0e4736',
      url: 'http://jaeger/trace/4bf92f3577b34da6a3ce929d0e0e4736',
    });
    expect(typical.role).toBe('typical');
    const incident = anIncident();
    const bare = composeMessage({ incident, event: opened(incident), locale: 'en', links: {} });
    expect(bare.traces[0]).not.toHaveProperty('url');
    expect(bare.links).toEqual([]);
  });

  it('shows few things of many, and says that there are more', () => {
    const many = about({
      suspects: Array.from({ length: 20 }, (_, i) => aSuspect({ service: `s${i}`, share: 0.5 / (i + 1) })),
      evidence: Array.from({ length: 20 }, () => someEvidence()),
    });
    const message = compose(many);
    expect(message.suspects).toHaveLength(3);
    expect(message.evidence).toHaveLength(6);
    expect(message.evidence.at(-1)).toBe('and 15 more');
  });

  it('says calls as sentences, and no figures of what never was', () => {
    const suspects = [aSuspect({ cause: 'new-calls', component: 'calls(cart, Show -> cart, GET price)' })];
    const told = (observed: number, expected: number, locale: 'en' | 'zh') =>
      compose(about({ suspects, evidence: [callsEvidence(observed, expected)] }), undefined, locale);
    expect(told(12, 1, 'en').evidence[0]).toContain(
      'cart Show calls GET price 12 times a request, usually 1',
    );
    expect(told(12, 1, 'zh').evidence[0]).toContain('cart Show 每个请求调用 GET price 12 次，平时 1 次');
    expect(told(0.9, 0, 'en').evidence[0]).toContain('0.9 times a request, which it never did before');
    expect(told(0.9, 0, 'zh').evidence[0]).toContain('以前从未有过');
    expect(told(0.9, 0, 'en').suspects[0].why).toMatch(
      /^its code makes a call that it never made before(;|$)/,
    );
  });

  it('gives two or three next steps for every cause, in both languages', () => {
    const causes = [
      'code',
      'network',
      'cpu',
      'errors',
      'missing-calls',
      'more-calls',
      'new-calls',
      'dependency',
    ] as const;
    for (const locale of ['en', 'zh'] as const) {
      for (const cause of causes) {
        const incident = about({ suspects: [aSuspect({ cause })] });
        const { nextSteps } = compose(incident, undefined, locale);
        expect(nextSteps.length).toBeGreaterThanOrEqual(2);
        expect(nextSteps.length).toBeLessThanOrEqual(3);
        expect(nextSteps.join('')).not.toContain('undefined');
      }
    }
  });

  it('is one line a text without control or direction characters, whatever spans are named', () => {
    const anyText = fc.string({ unit: 'binary', maxLength: 300 });
    fc.assert(
      fc.property(anyText, anyText, (service, operation) => {
        const hostile = about({
          suspects: [aSuspect({ service, operation, component: operation, against: [service] })],
          evidence: [someEvidence({ component: operation })],
          harm: {
            share: 0.5,
            entries: [{ service, operation, hurt: 1, total: 2, observedUs: 1, expectedUs: 1 }],
          },
        });
        for (const locale of ['en', 'zh'] as const) {
          for (const text of textsOf(compose(hostile, undefined, locale))) {
            expect(text).not.toMatch(/[\p{Cc}\u2028\u2029\u202a-\u202e\u2066-\u2069\u200b]/u);
            expect(text.isWellFormed()).toBe(true);
            expect(text.length).toBeLessThan(1500);
          }
        }
      }),
      { numRuns: 200 },
    );
  });

  it.each(['en', 'zh'] as const)('reads well in %s', (locale) => {
    const incident = anIncident();
    const end = STARTED_AT + 725_000;
    const over = { ...anIncident({ firing: [[STARTED_AT, end]] }), state: 'resolved' as const, revision: 2 };
    const close = about({
      severity: 'P2',
      suspects: [
        aSuspect({ share: 0.4, cause: 'network', against: ['self(payment, Charge)'] }),
        aSuspect({ kind: 'dependency', service: 'cart', peer: 'redis', cause: 'dependency', share: 0.35 }),
      ],
    });
    const text = [
      compose(incident, opened(incident), locale),
      compose(close, opened(close), locale),
      compose(over, resolved(over, 2, end + 300_000), locale),
    ].map((message) => renderTerminal(message, { color: false }));
    expectGolden(`messages/terminal.${locale}.txt`, text.join('\n'));
  });
});

describe('what a person resolved', () => {
  it.each([
    ['en', 'Resolved by ann: payment, after 60 s', 'ann resolved payment; P1 at its worst.'],
    ['zh', 'ann 已将 payment 标记为已解决，持续 60 秒', 'ann 已将 payment 标记为已解决，最严重时为 P1。'],
  ] as const)('says by whom, and never that all is normal (%s)', (locale, title, summary) => {
    const firing = [[STARTED_AT, STARTED_AT + 60_000]] as const;
    const incident = anIncident({ state: 'resolved', resolvedBy: 'a\u202Enn', firing });
    const event = { ...resolved(incident, 2, STARTED_AT + 60_000), by: 'a\u202Enn' };
    const message = compose(incident, event, locale);
    expect(message.title).toBe(title);
    expect(message.summary).toContain(summary);
  });
});

describe('the terminal', () => {
  it('colours by severity, and only when asked to', () => {
    const message = compose(anIncident());
    expect(renderTerminal(message, { color: true })).toContain('\u001b[1;31mP1 payment');
    // eslint-disable-next-line no-control-regex -- escape sequences are what is looked for
    expect(renderTerminal(message, { color: false })).not.toMatch(/\u001b/);
  });

  it('lets no escape sequence of a span through', () => {
    const message = { ...compose(anIncident()), title: '\u001b[2J\u001b]0;owned\u0007 hello\r\nworld' };
    // eslint-disable-next-line no-control-regex -- escape sequences are what is looked for
    expect(renderTerminal(message, { color: false })).not.toMatch(/[\u0000-\u0009\u000b-\u001f]/);
  });
});

function textsOf(message: Message): string[] {
  return [
    message.title,
    message.summary,
    ...message.facts.flatMap((fact) => [fact.label, fact.value]),
    ...message.suspects.flatMap((suspect) => [suspect.name, suspect.why]),
    ...message.evidence,
    ...message.nextSteps,
  ];
}

describe('an incident that opened under overload', () => {
  it.each([
    ['en', 'Overload', 'Spanwatch was overloaded when this opened and took 1 of 4 traces, whole ones'],
    ['zh', '过载', '该事件产生时 Spanwatch 过载，每 4 条链路只接收 1 条（整条保留）'],
  ] as const)('says on how many traces it rests: %s', (locale, label, value) => {
    const incident = anIncident();
    const subject = { incident, event: opened(incident), locale, links: LINKS };
    expect(composeMessage({ ...subject, keptShare: 1 / 4 }).facts.at(-1)).toEqual({ label, value });
    expect(composeMessage({ ...subject, keptShare: 1 })).toEqual(composeMessage(subject));
  });
});
