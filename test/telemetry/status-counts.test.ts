import { describe, expect, it } from 'vitest';
import { Names } from '../../src/domain/names.ts';
import { ROOT, type Trace } from '../../src/domain/trace.ts';
import { createMetrics } from '../../src/runtime/index.ts';
import { StatusCounts } from '../../src/telemetry/index.ts';
import { type PlainSpan, traceOf } from '../measure/traces.ts';

const NAME = 'spanwatch_operation_refusals_total';
const [OK, NOT_FOUND, FAILED, GRPC] = [2, 4, 5, 6];

function withStatus(spans: readonly (PlainSpan & { status: number })[], names: Names): Trace {
  return { ...traceOf(spans, names), statusClass: Uint8Array.from(spans, ({ status }) => status) };
}

const server = (operation: string, status: number): PlainSpan & { status: number } => ({
  ...{ parent: ROOT, from: 0, to: 10, service: 'shop', operation, kind: 'Server', status },
});

async function linesOf(traces: readonly Trace[]): Promise<string[]> {
  const { registry } = createMetrics();
  const counts = new StatusCounts(registry);
  for (const trace of traces) counts.observe(trace);
  return (await registry.metrics()).split('\n').filter((line) => line.startsWith(NAME));
}

describe('status codes by operation', () => {
  it('count what servers refused, by class, and an answer once: no success, and no client', async () => {
    const names = new Names();
    const client = { ...server('GET /', NOT_FOUND), kind: 'Client' as const };
    const trace = withStatus(
      [
        ...[server('GET /', NOT_FOUND), server('GET /', FAILED), server('Pay', GRPC)],
        ...[server('GET /', OK), server('GET /', 0), client],
      ],
      names,
    );
    expect(await linesOf([trace, trace])).toEqual([
      `${NAME}{service="shop",operation="GET /",status="4xx"} 2`,
      `${NAME}{service="shop",operation="GET /",status="5xx"} 2`,
      `${NAME}{service="shop",operation="Pay",status="grpc"} 2`,
    ]);
  });

  it('are 300 series and one of others a class, whatever operations are called', async () => {
    const names = new Names();
    const letters = (n: number): string =>
      [...n.toString(26)].map((digit) => String.fromCharCode(103 + Number.parseInt(digit, 26))).join('');
    const traces = Array.from({ length: 400 }, (_, n) =>
      withStatus([{ ...server('scan', FAILED), service: `service-${letters(n)}` }], names),
    );
    const lines = await linesOf([...traces, ...traces]);
    expect(lines).toHaveLength(301);
    expect(lines).toContain(`${NAME}{service="(other)",operation="(other)",status="5xx"} 200`);
    expect(lines[0]).toMatch(/ 2$/);
  });
});
