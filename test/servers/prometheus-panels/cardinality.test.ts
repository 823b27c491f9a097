import { setTimeout as sleep } from 'node:timers/promises';
import { afterEach, describe, expect, it } from 'vitest';
import { request } from 'undici';
import { fakeComponents } from '../../../bench/scrape/components.ts';
import { ComponentMetrics } from '../../../src/telemetry/index.ts';
import { createTestServer, testRuntime } from '../../http/test-server.ts';
import { haveServers, serverFolder } from '../rig/index.ts';
import { startPrometheus } from '../rig/prometheus.ts';

const [SERVICES, OPERATIONS, LISTED] = [200, 5_000, 2_000];
/** Of the fake system: one database and three other services for each. */
const [PEERS, CALLS] = [SERVICES, SERVICES * 4];
const TRIES = 60;

describe.skipIf(!(await haveServers('prometheus')))('series of a large system', () => {
  const stops: (() => Promise<void>)[] = [];
  const folder = serverFolder('cardinality');
  afterEach(async ({ task }) => {
    for (const stop of stops.splice(0).reverse()) await stop();
    folder.done(task.result?.state !== 'fail');
  });

  it('are as many on a real Prometheus as the formula of docs/grafana.md says, and operations are cut at their limit', async () => {
    const runtime = testRuntime();
    const { parts, batch } = fakeComponents(SERVICES, OPERATIONS);
    const limits = { maxServices: 300, maxOperations: LISTED, maxCalls: 2_000 };
    new ComponentMetrics(runtime.metrics.registry, parts, limits).observe(batch);
    const http = createTestServer({}, {}, runtime);
    await http.start();
    stops.push(() => http.shutdown());
    const prometheus = await startPrometheus({
      folder: folder.path,
      targets: [http.url.replace('http://', '')],
      scrapeIntervalMs: 5_000,
    });
    stops.push(() => prometheus.stop());
    const count = async (selector: string): Promise<number> => {
      const query = new URLSearchParams({ query: `count(${selector})` }).toString();
      const { body } = await request(`${prometheus.url}/api/v1/query?${query}`);
      const { data } = (await body.json()) as { data: { result: { value: [number, string] }[] } };
      return Number(data.result.at(0)?.value[1] ?? 0);
    };
    for (let tries = 0; tries < TRIES && (await count('spanwatch_unlisted_series')) === 0; tries++)
      await sleep(500);
    const entries = await count('spanwatch_operation_outlier_ratio');
    expect(await count('spanwatch_operation_anomaly_score')).toBe(LISTED);
    expect(await count('{__name__=~"spanwatch_service_.+"}')).toBe(30 * SERVICES);
    expect(await count('{__name__=~"spanwatch_operation_.+"}')).toBe(11 * LISTED + 7 * entries);
    expect(await count('{__name__=~"spanwatch_(call|dependency)_.+"}')).toBe(CALLS + 5 * PEERS);
  });
});
