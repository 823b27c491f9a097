import { describe, expect, it } from 'vitest';
import { createMetrics, createRandom, ManualClock, silentLogger } from '../../src/runtime/index.ts';
import { createSelfMetrics } from '../../src/telemetry/index.ts';

describe('what the process measures of itself', () => {
  it('is registered once, however often it is asked for', async () => {
    const runtime = {
      clock: new ManualClock(),
      logger: silentLogger(),
      metrics: createMetrics(),
      random: createRandom(1),
    };
    createSelfMetrics(runtime, { version: '1.2.3' });
    createSelfMetrics(runtime, { version: '1.2.3' });
    const text = await runtime.metrics.registry.metrics();
    expect(text).toContain(`spanwatch_build_info{version="1.2.3",node="${process.versions.node}"} 1`);
    for (const name of [
      'process_cpu_seconds_total',
      'process_resident_memory_bytes',
      'nodejs_eventloop_lag_p99_seconds',
    ])
      expect(text).toMatch(new RegExp(`^${name} `, 'm'));
  });
});
