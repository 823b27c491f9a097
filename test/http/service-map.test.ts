import { expect, it } from 'vitest';
import { serviceMapOf } from '../../src/http/service-map.ts';

it('draws an edge from who sends messages to who takes them: its time is how long they wait', () => {
  const wait = { count: 60, observed: 40_000, expected: 30_000, lastSeenMs: 0 };
  const { edges } = serviceMapOf(
    [{ component: 'queue(pay -> mail, Send)', kind: 'queue', unit: 'us', ...wait }],
    [],
  );
  expect(edges).toMatchObject([
    { from: 'pay', to: 'mail', latency: { observedUs: 40_000, expectedUs: 30_000 } },
  ]);
});
