import { describe, expect, it } from 'vitest';
import { renderOpenMetrics } from '../../src/http/open-metrics.ts';
import { createMetrics } from '../../src/runtime/index.ts';
import { TraceDurations } from '../../src/telemetry/index.ts';

const ID = '4bf92f3577b34da6a3ce929d0e0e4736';

describe('trace durations', () => {
  it('are a histogram by entry with trace ids as exemplars in OpenMetrics, without them in Prometheus text', async () => {
    const { registry } = createMetrics();
    const durations = new TraceDurations(registry);
    durations.observe('web', 0.03, 1000, () => ID);
    durations.observe('web', 0.04, 1001, () => 'too soon');
    durations.observe('web', 20, 1001.5, () => 'slow');
    const open = await renderOpenMetrics(registry);
    expect(open).toContain(
      `spanwatch_trace_duration_seconds_bucket{le="0.05",entry="web"} 2 # {trace_id="${ID}"} 0.03 1000\n`,
    );
    expect(open).toContain(
      'spanwatch_trace_duration_seconds_bucket{le="+Inf",entry="web"} 3 # {trace_id="slow"} 20 1001.5\n',
    );
    expect(open).toContain('spanwatch_trace_duration_seconds_bucket{le="1.0",entry="web"} 2\n');
    expect(open).toContain('spanwatch_trace_duration_seconds_count{entry="web"} 3\n');
    const text = await registry.metrics();
    expect(text).toContain('spanwatch_trace_duration_seconds_bucket{le="0.05",entry="web"} 2\n');
    expect(text).not.toContain(ID);
  });

  it('renew an exemplar after ten seconds', async () => {
    const { registry } = createMetrics();
    const durations = new TraceDurations(registry);
    durations.observe('web', 0.03, 1000, () => 'old');
    durations.observe('web', 0.03, 1010, () => 'new');
    expect(await renderOpenMetrics(registry)).toContain('# {trace_id="new"} 0.03 1010\n');
  });

  it('have few labels, whatever services say they are called', async () => {
    const { registry } = createMetrics();
    const durations = new TraceDurations(registry);
    for (let n = 0; n < 10_000; n++) durations.observe(`s${n}"\n`, 1, n, () => ID);
    const open = await renderOpenMetrics(registry);
    expect(open.split('\n').filter((line) => line.includes('_count{'))).toHaveLength(51);
    expect(open).toContain('_count{entry="(other)"} 9950\n');
  });
});
