import { type Distribution, heavyMs, logNormalMs } from './distribution.ts';
import type { CallStep, Step } from './topology.ts';

/** Own time of the service, with a heavy tail; `medianMs` milliseconds. */
export function work(medianMs: number, sigma = 0.35): Step {
  return { do: 'work', time: heavyMs(medianMs, sigma) };
}

export function call(
  service: string,
  operation: string,
  options: Pick<CallStep, 'timeoutMs' | 'retries' | 'optional'> = {},
): Step {
  return { do: 'call', service, operation, ...options };
}

export function query(peer: string, statement: string, medianMs: number): Step {
  return { do: 'query', peer, statement, time: heavyMs(medianMs, 0.4) };
}

/** A look-up in a cache, and what is done when it misses. */
export function cached(hit: Step, hitRatio: number, miss: readonly Step[]): Step {
  return { do: 'cached', hitRatio, hit, miss };
}

export function parallel(...branches: readonly (readonly Step[])[]): Step {
  return { do: 'parallel', branches };
}

export function sometimes(probability: number, ...steps: readonly Step[]): Step {
  return { do: 'sometimes', probability, steps };
}

export function background(name: string, ...steps: readonly Step[]): Step {
  return { do: 'background', name, steps };
}

export function publish(
  queue: string,
  to: readonly [service: string, operation: string],
  delayMs: number,
): Step {
  const delay: Distribution = logNormalMs(delayMs, 0.5);
  return { do: 'publish', queue, service: to[0], operation: to[1], delay };
}
