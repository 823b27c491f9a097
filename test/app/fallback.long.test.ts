import { expect, it } from 'vitest';
import { at } from '../../src/simulator/index.ts';
import { judge, learnQuiet } from './pipeline.ts';

it('a dependency that fails wakes people only where its callers cannot answer without it', async () => {
  const learned = await learnQuiet();
  // The home page is shown without advertisements; it is not without what is sold.
  const worstOf = (service: string) => {
    const { incidents } = judge(learned, at(120).errors(service, 1, 120), 240);
    return incidents.find(({ suspects }) => suspects[0].service === service)?.severity;
  };
  expect(worstOf('ads')).toBe('P2');
  expect(worstOf('catalog')).toBe('P0');
});
