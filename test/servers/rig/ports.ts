import { createServer } from 'node:net';

/**
 * Below the ports that Linux gives to outgoing connections and to `listen(0)` (32768 and up, ip(7)): a port that is free
 * now is then still free when the server that it was found for binds it, seconds later.
 */
const LOWEST = 15_000;
const HIGHEST = 32_000;
/** More than this many taken ones in a row is another trouble. */
const MOST_TRIES = 1_000;

const given = new Set<number>();

/** A port of 127.0.0.1 that nobody listens on now, and that was not given before. */
export async function freePort(): Promise<number> {
  for (let tries = 0; tries < MOST_TRIES; tries++) {
    const port = LOWEST + Math.floor(Math.random() * (HIGHEST - LOWEST));
    if (given.has(port)) continue;
    given.add(port);
    if (await isFree(port)) return port;
  }
  throw new Error(`no free port of 127.0.0.1 between ${LOWEST} and ${HIGHEST}`);
}

export function freePorts(count: number): Promise<number[]> {
  return Promise.all(Array.from({ length: count }, freePort));
}

function isFree(port: number): Promise<boolean> {
  return new Promise((resolve) => {
    const server = createServer();
    server.once('error', () => resolve(false));
    server.listen(port, '127.0.0.1', () => server.close(() => resolve(true)));
  });
}
