import { readFileSync, readdirSync, statSync } from 'node:fs';
import { join } from 'node:path';
import { request } from 'undici';

/** What a running spanwatch takes, at one moment. */
export interface ProcessSample {
  /** Seconds since the first sample. */
  readonly second: number;
  readonly rssMiB: number;
  readonly lagSeconds: number;
  readonly diskMiB: number;
}

/** Resident memory of a process (proc(5), VmRSS), MiB. */
export function rssMiB(pid: number): number {
  const [, kib] = /^VmRSS:\s+(\d+) kB$/m.exec(readFileSync(`/proc/${pid}/status`, 'utf8')) ?? [];
  return Number(kib) / 1024;
}

/** Bytes below a folder, MiB; what vanishes meanwhile counts nothing. */
export function folderMiB(folder: string): number {
  let bytes = 0;
  for (const entry of readdirSync(folder, { recursive: true, withFileTypes: true })) {
    if (entry.isFile())
      bytes += statSync(join(entry.parentPath, entry.name), { throwIfNoEntry: false })?.size ?? 0;
  }
  return bytes / 2 ** 20;
}

/** The sum of a metric over its labels, from `/metrics`. */
export async function metricValue(api: string, name: string): Promise<number> {
  const { body } = await request(`${api}/metrics`);
  const lines = (await body.text())
    .split('\n')
    .filter((line) => line.startsWith(`${name}{`) || line.startsWith(`${name} `));
  return lines.reduce((sum, line) => sum + Number(line.slice(line.lastIndexOf(' ') + 1)), 0);
}
