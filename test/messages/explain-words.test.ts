import { describe, expect, it } from 'vitest';
import type { TraceSince } from '../../src/domain/explained-trace.ts';
import type { Evidence } from '../../src/domain/evidence.ts';
import type { Suspect } from '../../src/domain/suspect.ts';
import { traceLines } from '../../src/messages/index.ts';

const SINCE_MS = Date.UTC(2026, 0, 5, 9, 1, 30);

const piece = (
  component: string,
  observed: number,
  expected: number,
  kind = 'self' as Evidence['kind'],
): Evidence => ({
  component,
  kind,
  observed,
  expected,
  unit: kind === 'error' ? 'ratio' : 'us',
  p: 1e-9,
  z: observed >= expected ? 6 : -1,
  effect: observed / expected,
  direction: observed >= expected ? 'up' : 'down',
  count: 1,
  fromMs: SINCE_MS,
  toMs: SINCE_MS + 10_000,
});

const suspect = (service: string, share: number, more: Partial<Suspect> = {}): Suspect => ({
  kind: 'service',
  ...{ environment: 'prod', namespace: 'shop', service, share },
  component: `self(${service}@prod/shop, Run)`,
  cause: 'code',
  because: [],
  against: [],
  ...more,
});

const slow = piece('self(pay@prod/shop, Run)', 512_000, 41_000);
const told = {
  traceId: 'ab'.repeat(16),
  spans: 48,
  tookUs: 1_850_000,
  usualUs: 108_000,
  anomalous: true,
  score: 0.43,
  suspects: [suspect('pay', 0.9), suspect('cart', 0.08)],
  evidence: [slow],
  neighbours: [
    { relation: 'caller', shown: piece('self(web@prod/shop, GET)', 3100, 2900), usual: true },
    {
      relation: 'callee',
      shown: piece('dependency(pay@prod/shop -> bank)', 12_000, 11_000, 'dependency'),
      usual: true,
    },
    { relation: 'callee', shown: piece('self(ledger@prod/shop, Add)', 90_000, 30_000), usual: false },
    { relation: 'sibling', shown: piece('self(cart@prod/shop, Get)', 243, 68), usual: true },
  ],
  confidence: { anomaly: 'certain', suspect: 'clear' },
  since: {
    told: 'incident',
    fromMs: SINCE_MS,
    incident: {
      id: '20260105T090148-327d2c',
      severity: 'P1',
      openedAt: SINCE_MS + 18_000,
      suspects: [suspect('pay', 1)],
      evidence: [slow],
    },
  },
} as const;

describe('an explained trace reads', () => {
  it('what, since when, how sure, who by how much, and why not its neighbours', () => {
    expect(traceLines(told, 'en', true)).toEqual([
      `trace ${told.traceId}: 48 spans, 1.9 s (usually 108 ms), ANOMALOUS, score 0.43`,
      '  pay (prod/shop) is slow: +471 ms',
      '  since 2026-01-05 09:01:30 UTC: part of incident 20260105T090148-327d2c (P1, opened 09:01 UTC): pay (prod/shop) is slow: +471 ms',
      '  how sure: a million to one that something is wrong; clearly pay (90% of what is unusual speaks against it)',
      '  suspects:',
      '    1. pay 90%: the time goes in its own code (512 ms against 41 ms)',
      '    2. cart 8%: the time goes in its own code',
      '  why not its neighbours:',
      '    web, which calls it, only waited: its own time is 3.1 ms, usually 2.9 ms',
      '    bank answered in 12 ms, usually 11 ms',
      '    ledger, which it calls: its own time is 90 ms, usually 30 ms (more, but it varies as much by itself)',
      '    cart, called beside it: its own time is 243 µs, usually 68 µs (more, but too little to explain this)',
      '  evidence:',
      '    own time of pay Run: 512 ms against 41 ms (12x)',
    ]);
  });

  it('the same in Chinese', () => {
    const lines = traceLines(told, 'zh', true);
    expect(lines.slice(0, 4)).toEqual([
      `链路 ${told.traceId}：48 个 span，耗时 1.9 s（平时 108 ms），异常，得分 0.43`,
      '  pay (prod/shop) 变慢：耗时增加 471 ms',
      '  始于 2026-01-05 09:01:30 UTC：属于事件 20260105T090148-327d2c（P1，09:01 UTC 产生）：pay (prod/shop) 变慢：耗时增加 471 ms',
      '  把握：百万比一的把握确有异常；显然是 pay（90% 的异常指向它）',
    ]);
    expect(lines).toContain('    web 调用它，只是在等待：自身耗时 3.1 ms，平时 2.9 ms');
  });

  const windows = { told: 'windows', fromMs: SINCE_MS, component: slow.component, others: 22 } as const;
  it.each<[string, TraceSince, RegExp]>([
    [
      'from when on windows stand out',
      windows,
      /^ {2}since 2026-01-05 09:01:30 UTC: from then on windows .* in own time of pay .*\(22 other/,
    ],
    [
      'that it stands alone',
      { told: 'alone', component: slow.component, others: 35 },
      /^ {2}since when: it stands alone; as usual in the 35 other traces within two minutes: own time of pay/,
    ],
    [
      'that there is no other',
      { told: 'unknown', others: 0 },
      /^ {2}since when is not known: no other trace/,
    ],
    [
      'that there are too few',
      { told: 'unknown', others: 2 },
      /^ {2}since when is not known: the 2 other traces .* do not tell/,
    ],
  ])('since when: %s', (_, since, line) => {
    const lines = traceLines({ ...told, since }, 'en', true);
    expect(lines[2]).toMatch(line);
    expect(lines.join('\n')).not.toContain('part of incident');
  });

  const weak = { anomaly: 'weak', suspect: 'unsure' } as const;
  it('whom it could be, where that is not clear', () => {
    const suspects = [suspect('pay', 0.5), suspect('cart', 0.45)];
    const lines = traceLines(
      { ...told, suspects, confidence: weak, since: { told: 'unknown', others: 0 } },
      'en',
      true,
    );
    expect(lines[1]).toBe('  pay (prod/shop) or cart (prod/shop) is slow: +471 ms');
    expect(lines[3]).toMatch(
      /how sure: perhaps nothing is wrong, .*; not sure which: pay \(50%\) or cart \(45%\)$/,
    );
  });

  it('that others show what it alone does not', () => {
    const lines = traceLines({ ...told, confidence: { ...weak, suspect: 'clear' } }, 'en', true);
    expect(lines[3]).toMatch(
      /how sure: by itself it could be chance .*, but other traces show the same; clearly pay/,
    );
  });

  it.each<[string, 'likely' | 'odd', RegExp]>([
    ['its evidence', 'likely', /how sure: fewer than 1 in 200 ordinary traces stand out as much; where many/],
    [
      'the whole of it',
      'odd',
      /how sure: perhaps nothing is wrong: as a whole it is odd as 1 in 100 ordinary/,
    ],
  ])('how rare it is by %s, and that chance does that', (_, anomaly, line) => {
    const unusual = { ...told, confidence: { anomaly, suspect: 'clear' } } as const;
    const lines = traceLines({ ...unusual, since: { told: 'unknown', others: 0 } }, 'en', true);
    expect(lines[0]).toContain(', unusual, score 0.43');
    expect(lines[3]).toMatch(line);
    expect(lines[3]).not.toContain('a million to one');
    expect(traceLines(unusual, 'en', true)[3]).toMatch(
      /1 in [12]00 .*other traces show the same; clearly pay/,
    );
    expect(traceLines(unusual, 'zh', true)[0]).toContain('，少见，得分 0.43');
  });

  it('nobody, where the whole is odd and no part of it stands out', () => {
    const { confidence: _, since: _2, ...rest } = told;
    const odd = { ...rest, evidence: [] };
    expect(traceLines(odd, 'en', true)).toEqual([
      `trace ${told.traceId}: 48 spans, 1.9 s (usually 108 ms), unusual, score 0.43`,
      '  nobody stands out: no suspect; as a whole it is odd as 1 in 100 ordinary traces is, which is no sign of a fault by itself',
    ]);
    expect(traceLines(odd, 'zh', true)[1]).toMatch(
      /没有哪个服务异于平时：没有嫌疑；.*100 条正常链路中约有 1 条/,
    );
  });

  it('that the incident is about another, who is then no neighbour that only waited', () => {
    const since = { ...told.since, incident: { ...told.since.incident, suspects: [suspect('web', 1)] } };
    const lines = traceLines({ ...told, since }, 'en', true);
    expect(lines[3]).toMatch(
      /; this trace alone points at pay \(90%\), the incident, which rests on many, at web: believe the incident$/,
    );
    expect(lines.join('\n')).not.toContain('web, which calls it');
    expect(lines).toContain('    bank answered in 12 ms, usually 11 ms');
  });

  it('of failures, who only passed them on', () => {
    const failed = piece('error(pay@prod/shop, Run)', 1, 0.01, 'error');
    const failing = {
      ...told,
      suspects: [suspect('pay', 1, { cause: 'errors', component: failed.component })],
      evidence: [failed],
      neighbours: [
        { relation: 'caller', shown: piece('error(web@prod/shop, GET)', 0, 0.01, 'error'), usual: true },
      ],
    } as const;
    expect(traceLines(failing, 'en', true)).toContain(
      '    web, which calls it, only passed the failure on: nothing failed of its own',
    );
  });

  it('nothing but the path without a model, and no suspect where nothing stands out', () => {
    expect(traceLines({ ...told, evidence: [] }, 'en', false)).toEqual([
      `trace ${told.traceId}: 48 spans, 1.9 s`,
      '  1. pay (prod/shop) 90% of the critical path',
      '  2. cart (prod/shop) 8% of the critical path',
    ]);
    expect(traceLines({ ...told, anomalous: false, evidence: [] }, 'en', true)).toEqual([
      `trace ${told.traceId}: 48 spans, 1.9 s (usually 108 ms), score 0.43`,
      '  nothing stands out: no suspect',
    ]);
  });

  it('as lines of visible characters, whatever spans are called', () => {
    const evil = 'pay\u001b[31m\u202e%0A%1B]0;x';
    const hostile = {
      ...told,
      suspects: [suspect(evil, 1)],
      evidence: [piece('self(a%0Ab%1B, %E2%80%AE)', 9000, 10)],
      neighbours: [{ relation: 'caller', shown: piece('self(w%1B[2J, x)', 10, 10), usual: true }],
      since: { told: 'alone', component: 'self(a%0Ab%1B, x)', others: 5 },
    } as const;
    for (const line of traceLines(hostile, 'en', true)) {
      // eslint-disable-next-line no-control-regex -- none of them may be there
      expect(line).not.toMatch(/[\u0000-\u001f\u007f-\u009f\u202a-\u202e]/);
    }
  });
});
