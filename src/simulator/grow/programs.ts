import { type Distribution, heavyMs } from '../distribution.ts';
import { background, cached, call, parallel, publish, query, sometimes } from '../steps.ts';
import type { Step } from '../topology.ts';
import type { Chance } from './chance.ts';
import type { DraftOperation } from './layout.ts';

/** Peers of a grown topology that are not a service's own. */
export const SHARED_DATABASE = 'postgres';
export const SHARED_CACHE = 'redis';
export const QUEUE = 'events';
export const THIRD_PARTY = 'partner-api';

/** What an operation may lean on beside its calls. */
export interface Surroundings {
  /** Its service is one of those that share the database. */
  readonly sharesDatabase: boolean;
  readonly ownDatabase?: string;
  /** Who takes messages, when there is a queue. */
  readonly consumer?: readonly [service: string, operation: string];
}

/** The chances are those of a shop of mixed age: most calls wait in turn, half have a time-out, a few are cached. */
export function programOf(chance: Chance, operation: DraftOperation, around: Surroundings): Step[] {
  const deep = operation.layer > 0;
  const steps: Step[] = [{ do: 'work', time: ownTime(chance, deep ? [1, 12] : [0.6, 2]) }];
  if (deep) steps.push(...queries(chance, around));
  const calls = operation.calls.map((callee) => callStep(chance, callee, deep));
  if (calls.length > 1 && chance.happens(0.4)) steps.push(parallel(...calls.map((step) => [step])));
  else steps.push(...calls);
  if (calls.length > 0) steps.push({ do: 'work', time: ownTime(chance, [0.4, 4]) });
  const { consumer } = around;
  if (deep && consumer !== undefined && chance.happens(0.12)) steps.push(publish(QUEUE, consumer, 40));
  if (deep && chance.happens(0.08))
    steps.push(sometimes(0.3, background('refresh', { do: 'work', time: ownTime(chance, [2, 8]) })));
  return steps;
}

function queries(chance: Chance, { sharesDatabase, ownDatabase }: Surroundings): Step[] {
  const steps: Step[] = [];
  if (sharesDatabase) steps.push(query(SHARED_DATABASE, 'SELECT', chance.between(1.5, 6)));
  if (ownDatabase !== undefined) {
    const read = query(ownDatabase, 'find', chance.between(1, 8));
    steps.push(
      chance.happens(0.4) ? cached(query(SHARED_CACHE, 'GET', 0.5), chance.between(0.6, 0.95), [read]) : read,
    );
  }
  if (chance.happens(0.05)) steps.push(query(THIRD_PARTY, 'POST', chance.between(30, 80)));
  return steps;
}

function callStep(chance: Chance, { service, name }: DraftOperation, deep: boolean): Step {
  const guarded = chance.happens(0.6)
    ? { timeoutMs: chance.of([500, 1000, 2000]), retries: chance.whole(0, 2) }
    : {};
  const step = call(service, name, { ...guarded, ...(chance.happens(0.1) ? { optional: true } : {}) });
  return deep && chance.happens(0.15) ? sometimes(chance.between(0.3, 0.8), step) : step;
}

/** Heavy-tailed; one in six is bimodal: the usual path, and one that takes five times as long. */
function ownTime(chance: Chance, [leastMs, mostMs]: readonly [number, number]): Distribution {
  const medianMs = chance.between(leastMs, mostMs);
  const usual = heavyMs(medianMs, chance.between(0.25, 0.6));
  if (!chance.happens(1 / 6)) return usual;
  return {
    kind: 'either',
    ratio: chance.between(0.6, 0.9),
    first: usual,
    second: heavyMs(medianMs * 5, 0.4),
  };
}
