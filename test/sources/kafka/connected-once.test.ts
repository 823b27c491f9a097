import { expect, it } from 'vitest';
import { ConnectedOnce } from '../../../src/sources/kafka/connected-once.ts';

it('connects once for all that wait, and again after it failed', async () => {
  let asked = 0;
  const outcomes = [Promise.reject(new Error('away')), Promise.resolve()];
  const once = new ConnectedOnce(() => outcomes[asked++]);
  expect(once.isBegun).toBe(false);
  const [a, b] = await Promise.allSettled([once.ready(), once.ready()]);
  expect([a.status, b.status, asked]).toEqual(['rejected', 'rejected', 1]);
  expect(once.isBegun).toBe(false);
  await once.ready();
  await once.ready();
  expect([once.isBegun, asked]).toEqual([true, 2]);
});
