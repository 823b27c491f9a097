import { expect, it } from 'vitest';
import type { FaultAction } from '../../src/simulator/fault.ts';
import { at } from '../../src/simulator/index.ts';
import { judge, learnQuiet } from './pipeline.ts';

const deploy = (service: string): FaultAction => ({
  ...{ kind: 'deploy', service, version: '9.9.9', share: 1, rename: false },
});

it('an incident says which deploy of its suspect came just before it; that of another service is none of it', async () => {
  const learned = await learnQuiet();
  const script = at(200)
    .let(deploy('recommendation'), 600)
    .at(240)
    .let(deploy('payment'), 600)
    .at(300)
    .slow('payment', { addMs: 200 }, 120);
  const { incidents, at: second } = judge(learned, script, 600);
  expect(incidents.length).toBe(1);
  const [{ changes = [], suspects, startedAt }] = incidents;
  expect(suspects[0].service).toBe('payment');
  expect(changes.map(({ service, to }) => `${service} ${to}`)).toEqual(['payment 9.9.9']);
  expect(changes[0].from).not.toBe('9.9.9');
  expect(second(changes[0].atMs)).toBeGreaterThanOrEqual(240);
  expect(second(changes[0].atMs)).toBeLessThan(250);
  expect(startedAt).toBeGreaterThan(changes[0].atMs);
});
