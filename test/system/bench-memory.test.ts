import { expect, it } from 'vitest';
import { memoryRows } from '../../bench/suite.ts';

it('the memory benchmark reads a process of its own for each case', async () => {
  const [open, names, kept] = await memoryRows(20_000);
  expect(open.value).toBeGreaterThan(30);
  expect(names.value).toBeGreaterThan(30);
  expect(kept.value).toBeGreaterThan(5000);
});
