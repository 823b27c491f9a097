import { createServer } from 'node:http';
import type { AddressInfo } from 'node:net';
import { expect, it } from 'vitest';
import type { Flow } from '../../src/app/flow.ts';
import { guardedSources } from '../../src/app/guarded-sources.ts';
import { createVocabulary } from '../../src/app/vocabulary.ts';
import { parseConfig } from '../../src/config/index.ts';
import type { SpanSink } from '../../src/domain/arrival.ts';
import type { LoadWatch } from '../../src/overload/index.ts';
import { testRuntime } from '../sources/recording-sink.ts';

it('a poll that finds nothing is heard of, and is no arrival of spans: event time must move on without them', async () => {
  const jaeger = createServer((_request, response) => response.end('{"services":[]}'));
  await new Promise<void>((resolve) => jaeger.listen(0, '127.0.0.1', resolve));
  const { port } = jaeger.address() as AddressInfo;
  const startAt = new Date(Date.now() - 60_000).toISOString();
  const source = `{ name: j, type: jaeger-query, url: "http://127.0.0.1:${port}", startAt: "${startAt}" }`;
  const outcome = parseConfig(`sources: [${source}]`, 'test');
  if (!outcome.ok) throw new Error(JSON.stringify(outcome.problems));
  const cursors: (string | undefined)[] = [];
  let [heard, arrived] = [0, 0];
  const flow = {
    cursors: () => new Map(),
    accept: ({ cursor }: { cursor?: string }) => {
      cursors.push(cursor);
      return { kind: 'ok' };
    },
  } as unknown as Flow;
  const [polled] = guardedSources(
    outcome.config,
    {
      clock: 'wall',
      vocabulary: createVocabulary(outcome.config.names),
      flow,
      load: { before: (next: SpanSink) => next } as unknown as LoadWatch,
      arriving: () => heard++,
      arrived: () => arrived++,
    },
    testRuntime(),
  );
  await polled.start();
  await expect.poll(() => heard).toBeGreaterThan(0);
  await polled.shutdown();
  jaeger.closeAllConnections();
  await new Promise((resolve) => jaeger.close(resolve));
  expect(cursors[0]).toMatch(/throughMs/);
  expect(arrived).toBe(0);
});
