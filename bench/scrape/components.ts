import { ComponentTable, KindCode } from '../../src/domain/component-table.ts';
import { unitOf } from '../../src/domain/component.ts';
import { Names } from '../../src/domain/names.ts';
import { HISTOGRAM_BUCKETS, SummaryBatch, WINDOW_MS } from '../../src/domain/summary.ts';
import type { ComponentMetricsParts } from '../../src/telemetry/index.ts';

/**
 * A system of which everything is learned and everything was seen in the last window: services share the operations evenly,
 * each has one entry operation, a database, and calls three others. Names as long as real ones (numbers in
 * them would be taken for ids), 26 operations a service at the most.
 */
export function fakeComponents(
  services: number,
  operations: number,
): {
  parts: ComponentMetricsParts;
  batch: SummaryBatch;
} {
  const table = new ComponentTable(new Names());
  const batch = new SummaryBatch(operations * 4);
  batch.windowStartMs = Math.ceil(Date.UTC(2026, 0, 5) / WINDOW_MS) * WINDOW_MS;
  const identity = (s: number) => ({ environment: '', namespace: '', name: `team-${s % 20}-service-${s}` });
  const { names } = table;
  const firsts: number[] = [];
  for (let s = 0; s < services; s++) {
    const service = names.service(identity(s));
    for (let o = 0; o < operations / services; o++) {
      const operation = names.operation(
        service,
        `GET /api/v2/resources-${String.fromCharCode(97 + o)}/{id}/details`,
      );
      if (o === 0) firsts.push(operation);
      see(batch, table.id(KindCode.self, operation, 0));
      see(batch, table.id(KindCode.error, operation, 0));
      if (o === 0)
        for (const kind of ['total', 'outlier'] as const) see(batch, table.id(KindCode[kind], operation, 0));
    }
    see(batch, table.id(KindCode.dependency, service, names.slot('peer', service, 'postgresql')));
  }
  for (let s = 0; s < services; s++)
    for (let hop = 1; hop <= 3; hop++)
      see(batch, table.id(KindCode.request, names.service(identity(s)), firsts[(s + hop * 7) % services]));
  return {
    batch,
    parts: {
      table,
      history: { now: () => nowOf(table, batch) },
      judgement: () => undefined,
      openIncidents: () => [],
    },
  };
}

function see(batch: SummaryBatch, component: number): void {
  const row = batch.addRow(component);
  batch.count[row] = 61;
  for (let bucket = 20; bucket < 40; bucket++) batch.histogram[row * HISTOGRAM_BUCKETS + bucket] = 3;
}

function nowOf(table: ComponentTable, batch: SummaryBatch) {
  const all = [];
  for (let row = 0; row < batch.length; row++) {
    const component = batch.component[row];
    const kind = table.kindOf(component);
    const unit = unitOf(kind);
    const observed = unit === 'us' ? 12_345.678901 + row : 0.0123456789;
    const band = { expected: observed * 1.01, low: observed * 0.91234, high: observed * 1.1234 };
    const lastSeenMs = batch.windowStartMs;
    all.push({ component: table.key(component), kind, unit, count: 61, observed, ...band, lastSeenMs });
  }
  return all;
}
