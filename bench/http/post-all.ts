import { readFileSync } from 'node:fs';
import { Agent, request } from 'undici';

export interface PostOptions {
  readonly gzip: boolean;
  readonly connections: number;
}

/** Posts all bodies, as many at a time as there are connections, in order of their beginning. Rejects unless all are taken. */
export async function postAll(
  url: string,
  bodies: readonly Uint8Array[],
  { gzip, connections }: PostOptions,
): Promise<void> {
  const agent = new Agent({ connections, pipelining: 1 });
  const headers = {
    'content-type': 'application/x-protobuf',
    ...(gzip ? { 'content-encoding': 'gzip' } : {}),
  };
  let next = 0;
  const lane = async (): Promise<void> => {
    while (next < bodies.length) {
      const body = bodies[next++];
      const options = { method: 'POST', dispatcher: agent, headers, body } as const;
      const answer = await request(`${url}/v1/traces`, options);
      const text = await answer.body.text();
      if (answer.statusCode !== 200)
        throw new Error(`${url} answered ${answer.statusCode}: ${text.slice(0, 200)}`);
    }
  };
  try {
    await Promise.all(Array.from({ length: connections }, lane));
  } finally {
    await agent.close();
  }
}

/** Ticks a second of /proc/PID/stat: USER_HZ, 100 on every Linux that Node runs on. */
const TICKS_PER_SECOND = 100;
/** The least that it can tell apart: what took less is counted as one tick, or its speed would be infinite. */
export const CPU_TICK_SECONDS = 1 / TICKS_PER_SECOND;

/** CPU seconds of a process with all its threads (proc(5), fields 14 and 15). */
export function cpuSeconds(pid: number): number {
  const stat = readFileSync(`/proc/${pid}/stat`, 'utf8');
  const fields = stat.slice(stat.lastIndexOf(')') + 2).split(' ');
  return (Number(fields[11]) + Number(fields[12])) / TICKS_PER_SECOND;
}
