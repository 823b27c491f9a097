import { afterEach, beforeEach, describe, expect, it } from 'vitest';
import { createLokiLogs, gatherLogs, logQl, type LokiLogsConfig } from '../../src/logs/index.ts';
import { writtenIds } from '../../src/domain/trace-id-forms.ts';
import { type LokiDouble, startLoki } from '../doubles/loki.ts';

/** Of a store that answers, on a busy machine too. */
const AMPLE_MS = 30_000;
const AT = Date.UTC(2026, 2, 7, 3, 12);
const W3C = '4bf92f3577b34da6a3ce929d0e0e4736';
const SHORT = '000000000000000000a3ce929d0e0e47';

const config = (url: string, over: Partial<LokiLogsConfig> = {}): LokiLogsConfig => ({
  ...{ name: 'loki', url, selector: '{service_name=~".+"}', ways: ['label', 'json'] },
  traceFields: ['trace_id', 'traceID'],
  ...over,
});

let loki: LokiDouble;
const readers: { close(): Promise<void> }[] = [];
beforeEach(async () => {
  loki = await startLoki();
});
afterEach(async () => {
  await Promise.all(readers.splice(0).map((reader) => reader.close()));
  await loki.close();
});

function reader(over: Partial<LokiLogsConfig> = {}) {
  const made = createLokiLogs(config(loki.url, over));
  readers.push(made);
  return made;
}

const read = (traceId: string, over: Partial<LokiLogsConfig> = {}, limit = 10) =>
  reader(over).read(
    { ids: writtenIds(traceId), fromMs: AT - 60_000, toMs: AT + 60_000, limit },
    AbortSignal.timeout(AMPLE_MS),
  );

const pay = { service_name: 'pay' };

describe('lines of a trace in Loki', () => {
  it('are found by structured metadata, by a label, and in JSON, with level and service, oldest first', async () => {
    loki.push(
      { atMs: AT + 2, line: 'second', labels: pay, metadata: { trace_id: W3C, detected_level: 'error' } },
      { atMs: AT + 1.5, line: 'first', labels: { ...pay, traceID: W3C, level: 'warn' } },
      { atMs: AT, line: 'of another', labels: pay, metadata: { trace_id: '1'.repeat(32) } },
    );
    expect(await read(W3C)).toEqual({
      kind: 'lines',
      more: false,
      lines: [
        { atMs: AT + 1.5, text: 'first', level: 'warn', service: 'pay' },
        { atMs: AT + 2, text: 'second', level: 'error', service: 'pay' },
      ],
    });
    expect(loki.queries.length).toBe(1);
    loki.push({ atMs: AT, line: JSON.stringify({ trace_id: SHORT, message: 'in JSON' }), labels: pay });
    loki.push({ atMs: AT, line: `not JSON ${SHORT}`, labels: pay });
    const inJson = await read(SHORT);
    expect(inJson).toMatchObject({ kind: 'lines', lines: [{ text: expect.stringContaining('in JSON') }] });
    expect(loki.queries.length).toBe(3);
    expect(await read(SHORT, { ways: ['line'] })).toMatchObject({ lines: [{}, {}] });
  });

  it.each([
    ['W3C', W3C, W3C],
    ['B3 of 64 bits', SHORT, '00a3ce929d0e0e47'],
    ['uber-trace-id, without its zeros', SHORT, 'a3ce929d0e0e47'],
    ['the half that a 64-bit tracer keeps', W3C, 'a3ce929d0e0e4736'],
  ])('are found when the id is written as %s', async (_, traceId, written) => {
    loki.push({ atMs: AT, line: `x`, labels: pay, metadata: { trace_id: written } });
    expect(await read(traceId)).toMatchObject({ lines: [{ text: 'x' }] });
    loki.push({ atMs: AT, line: `trace_id=${written} msg=y`, labels: pay });
    expect(await read(traceId, { ways: ['logfmt'] })).toMatchObject({ lines: [{}] });
  });

  it('are no more than the limit, and it says that there are more; the end of the time is not in it', async () => {
    for (let i = 0; i < 12; i++)
      loki.push({ atMs: AT + i, line: `${i}`, labels: pay, metadata: { trace_id: W3C } });
    loki.push({ atMs: AT + 60_000, line: 'late', labels: pay, metadata: { trace_id: W3C } });
    expect(await read(W3C)).toMatchObject({ more: true, lines: { length: 10, 0: { text: '0' } } });
    expect(await read(W3C, {}, 12)).toMatchObject({ more: false, lines: { length: 12 } });
  });

  it('come with the tenant and the token that Loki wants', async () => {
    const strict = await startLoki({ tenant: 'team-a' });
    try {
      expect(await read(W3C, { url: strict.url })).toEqual({
        kind: 'failed',
        reason: 'not allowed (HTTP 401): are the token, the login and the tenant right?',
      });
      expect(await read(W3C, { url: strict.url, tenant: 'team-a' })).toMatchObject({ kind: 'lines' });
      const described = await reader({ url: strict.url }).describe(AbortSignal.timeout(AMPLE_MS));
      expect(described.problem).toMatch(/^not allowed/);
    } finally {
      await strict.close();
    }
  });

  it.each([
    ['down', /^HTTP 503$/],
    ['garbage', /^its answer is not valid JSON/],
    ['huge', /larger than/],
    ['reset', /^no connection/],
  ] as const)('a Loki that is %s is a reason, never an exception', async (how, reason) => {
    loki.behave(how);
    expect(await read(W3C)).toEqual({ kind: 'failed', reason: expect.stringMatching(reason) });
  });

  it('does not wait longer than it is given, and tells what is wrong with a selector that Loki refuses', async () => {
    loki.behave('slow');
    const query = { ids: [W3C], fromMs: 0, toMs: 1, limit: 1 };
    expect(await reader().read(query, AbortSignal.timeout(50))).toEqual({
      kind: 'failed',
      reason: 'no answer in time',
    });
    loki.behave('well');
    expect(await read(W3C, { selector: '{app=~".*"}' })).toMatchObject({
      reason: expect.stringContaining('selector'),
    });
  });

  it('asks in LogQL that filters lines before it parses them', () => {
    const { selector, traceFields } = config('');
    expect(logQl('json', ['aa', 'bb'], { selector, traceFields })).toBe(
      '{service_name=~".+"} |~ "aa|bb" | json | trace_id=~"aa|bb" or traceID=~"aa|bb"',
    );
  });
});

describe('gathered lines', () => {
  it('are those of all stores in one order; one that fails is told of and takes nothing from the others', async () => {
    const other = await startLoki();
    try {
      other.behave('down');
      loki.push({ atMs: AT, line: 'here\u202e\nand there', labels: pay, metadata: { trace_id: W3C } });
      const failures: string[] = [];
      const found = await gatherLogs(
        [
          { traceId: W3C, role: 'slow', fromMs: AT - 1, toMs: AT + 1 },
          { traceId: 'no id"}', role: 'typical', fromMs: AT - 1, toMs: AT + 1 },
        ],
        {
          readers: [reader(), reader({ name: 'other', url: other.url })],
          redact: (text) => text.toUpperCase(),
          limit: 5,
          timeoutMs: AMPLE_MS,
          onAnswer: (name, answer, reason) => failures.push(`${name}: ${reason ?? answer}`),
        },
      );
      expect(found).toEqual([
        {
          ...{ traceId: W3C, role: 'slow', more: false },
          lines: [{ atMs: AT, text: 'HERE AND THERE', level: '', service: 'pay' }],
        },
        { traceId: 'no id"}', role: 'typical', more: false, lines: [] },
      ]);
      expect(failures.toSorted()).toEqual(['loki: lines', 'other: HTTP 503']);
    } finally {
      await other.close();
    }
  });
});
