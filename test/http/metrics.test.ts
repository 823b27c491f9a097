import { Gauge, Histogram, type OpenMetricsContentType, Registry } from 'prom-client';
import { request } from 'undici';
import { afterEach, describe, expect, it } from 'vitest';
import type { HttpServer } from '../../src/http/index.ts';
import { renderOpenMetrics } from '../../src/http/open-metrics.ts';
import { createTestServer, testRuntime } from './test-server.ts';

let server: HttpServer | undefined;
afterEach(() => server?.shutdown());

describe('/metrics', () => {
  it('is Prometheus text, and OpenMetrics for who accepts it, and one leaves the other whole', async () => {
    const runtime = testRuntime();
    runtime.metrics.counter('spanwatch_test_things_total', 'Things.', ['kind']).inc({ kind: 'a' }, 2);
    server = createTestServer({}, {}, runtime);
    await server.start();
    const scrape = async (accept: string): Promise<[unknown, string]> => {
      const { headers, body } = await request(`${server?.url}/metrics`, { headers: { accept } });
      return [headers['content-type'], await body.text()];
    };
    for (let round = 0; round < 2; round++) {
      const [openType, open] = await scrape('application/openmetrics-text;version=1.0.0,text/plain;q=0.5');
      expect(openType).toBe('application/openmetrics-text; version=1.0.0; charset=utf-8');
      expect(open).toContain('# TYPE spanwatch_test_things counter\n');
      expect(open).toContain('\nspanwatch_test_things_total{kind="a"} 2\n');
      expect(open.endsWith('\n# EOF\n')).toBe(true);
      const [textType, text] = await scrape('text/plain');
      expect(textType).toBe('text/plain; version=0.0.4; charset=utf-8');
      expect(text).toContain(
        '# TYPE spanwatch_test_things_total counter\nspanwatch_test_things_total{kind="a"} 2\n',
      );
    }
  });

  it('requests are counted by route, never by the address that was asked for', async () => {
    const runtime = testRuntime();
    server = createTestServer({}, {}, runtime);
    await server.start();
    for (const path of ['/api/v1/incidents/a', '/api/v1/incidents/b', '/x/1', '/x/2'])
      await (await request(`${server.url}${path}`)).body.dump();
    const text = await runtime.metrics.registry.getSingleMetricAsString('spanwatch_http_requests_total');
    expect(text.split('\n').slice(2)).toEqual([
      'spanwatch_http_requests_total{route="/api/v1/incidents/:id",status="404"} 2',
      'spanwatch_http_requests_total{route="none",status="404"} 2',
    ]);
  });
});

describe('OpenMetrics text', () => {
  it('has canonical buckets, escaped labels, infinities and exemplars', async () => {
    // The package takes exemplars on registries of this type only.
    const registry = new Registry<OpenMetricsContentType>();
    registry.setContentType(Registry.OPENMETRICS_CONTENT_TYPE);
    const level = {
      name: 'level',
      help: 'A "level"\nof two lines.',
      labelNames: ['name'],
      registers: [registry],
    };
    new Gauge(level).set({ name: 'a"b\\c\nd' }, -Infinity);
    const seconds = new Histogram<string>({
      name: 'wait_seconds',
      help: 'Waits.',
      labelNames: ['route'],
      buckets: [0.5, 1],
      enableExemplars: true,
      registers: [registry],
    });
    seconds.observe({ labels: { route: '/a' }, value: 0.7, exemplarLabels: { trace_id: 'abc' } });
    const lines = (await renderOpenMetrics(registry)).split('\n');
    expect(lines.slice(0, 5)).toEqual([
      '# TYPE level gauge',
      '# HELP level A \\"level\\"\\nof two lines.',
      'level{name="a\\"b\\\\c\\nd"} -Inf',
      '# TYPE wait_seconds histogram',
      '# HELP wait_seconds Waits.',
    ]);
    expect(lines[5]).toBe('wait_seconds_bucket{le="0.5",route="/a"} 0');
    expect(lines[6]).toMatch(
      /^wait_seconds_bucket\{le="1\.0",route="\/a"\} 1 # \{trace_id="abc"\} 0\.7 \d+(\.\d+)?$/,
    );
    expect(lines.slice(7)).toEqual([
      'wait_seconds_bucket{le="+Inf",route="/a"} 1',
      'wait_seconds_sum{route="/a"} 0.7',
      'wait_seconds_count{route="/a"} 1',
      '# EOF',
      '',
    ]);
  });
});
