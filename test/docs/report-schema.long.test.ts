import { join } from 'node:path';
import { beforeAll, describe, expect, it } from 'vitest';
import { loadModel } from '../../src/app/model.ts';
import { replay } from '../../src/app/replay.ts';
import { createVocabulary } from '../../src/app/vocabulary.ts';
import { parseConfig } from '../../src/config/index.ts';
import type { Report } from '../../src/domain/report.ts';
import { createFileCounts } from '../../src/sources/file/index.ts';
import { validatorOf, withoutOne } from './schemas.ts';
import { slowPayment } from './simulated.ts';

const MODEL = join(import.meta.dirname, '..', '..', 'models', 'demo');

/** What the domain leaves optional. */
const OPTIONAL =
  /\/(operation|peer|instance|version|node|typicalTraceId|cleared|callers|tail|sinceOnset|soFar)$/;

describe('docs/report.schema.json', () => {
  const validate = validatorOf('report.schema.json');
  let report: Report;

  beforeAll(async () => {
    const parsed = parseConfig('', 'defaults');
    if (!parsed.ok) throw new Error('the empty configuration is valid');
    const { config } = parsed;
    const vocabulary = createVocabulary(config.names);
    const loaded = loadModel(MODEL, vocabulary.table);
    if (!loaded.ok) throw new Error(loaded.reason);
    const made = await replay({ vocabulary, model: loaded.model }, slowPayment(vocabulary.names), {
      config,
      configSource: 'defaults',
      excluded: [],
      counts: createFileCounts(),
    });
    report = JSON.parse(JSON.stringify(made)) as Report;
  });

  it('is met by a report with an incident', () => {
    validate(report);
    expect(validate.errors).toBeNull();
    expect(report.incidents).toHaveLength(1);
    expect(report.incidents[0].suspects[0].service).toBe('payment');
    expect(report.incidents[0].evidence.length).toBeGreaterThan(0);
    expect(report.incidents[0].exemplars.length).toBeGreaterThan(0);
  });

  it('names every property that a report has', () => {
    const closed = validatorOf('report.schema.json', { closed: true });
    closed(report);
    expect(closed.errors).toBeNull();
    expect(closed({ ...report, another: 1 })).toBe(false);
  });

  it('is met by an incident that is still open, and by a report of nothing', () => {
    const [incident] = report.incidents;
    const openings = incident.openings.map((opening) => ({ ...opening, resolvedAt: null }));
    expect(validate({ ...report, incidents: [{ ...incident, resolvedAt: null, openings }] })).toBe(true);
    const input = { spans: 0, traces: 0, from: null, to: null, late: 0, duplicates: 0, rejected: 0 };
    expect(validate({ ...report, input, incidents: [] })).toBe(true);
  });

  it('refuses a report that lacks any one required property', () => {
    const accepted: string[] = [];
    const required: string[] = [];
    for (const { path, value } of withoutOne(report)) {
      if (OPTIONAL.test(path) && !path.startsWith('/tool/')) continue;
      required.push(path);
      if (validate(value)) accepted.push(path);
    }
    expect(accepted).toEqual([]);
    expect(required).toContain('/incidents/0/openings/0/suspects/0/share');
  });

  it.each([
    ['another format', { format: 'spanwatch-report/2' }],
    ['a time without its zone', { input: { from: '2026-01-05T12:00:00.000' } }],
    ['a time as a number', { input: { from: 1767614400000 } }],
    ['a negative count', { input: { late: -1 } }],
    ['a severity that there is not', { incidents: [{ severity: 'P9' }] }],
    ['a share above 1', { incidents: [{ suspects: [{ share: 1.5 }] }] }],
    ['a p of 0', { incidents: [{ evidence: [{ p: 0 }] }] }],
    ['a number that JSON cannot hold', { incidents: [{ evidence: [{ effect: null }] }] }],
    ['a trace id in capitals', { incidents: [{ exemplars: [{ traceId: 'ABCDEF00'.repeat(4) }] }] }],
    ['an interval without an end', { incidents: [{ firing: [['2026-01-05T12:00:00.000Z']] }] }],
  ])('refuses %s', (_, change) => {
    expect(validate(merged(report, change))).toBe(false);
  });
});

/** `change` laid over `value`; arrays entry by entry, shorter ones as they are. */
function merged(value: unknown, change: unknown): unknown {
  if (Array.isArray(change)) {
    const list = Array.isArray(value) ? value : [];
    const isInterval = change.every((item) => typeof item === 'string');
    return isInterval ? change : change.map((item, i) => merged(list[i], item));
  }
  if (typeof change !== 'object' || change === null) return change;
  const changed = Object.entries(change).map(([key, inner]: [string, unknown]) => [
    key,
    merged((value as Record<string, unknown>)[key], inner),
  ]);
  return { ...(value as object), ...Object.fromEntries(changed) };
}
