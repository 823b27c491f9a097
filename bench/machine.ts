import { execFile } from 'node:child_process';
import { readFileSync } from 'node:fs';
import { cpus, loadavg, totalmem } from 'node:os';
import { promisify } from 'node:util';

export interface Machine {
  readonly lines: readonly string[];
}

const PEERS = ['protobufjs', '@datadog/sketches-js', 'isolation-forest'] as const;

/** What the figures depend on, a line each: processor, versions, commit, and how busy the machine was. */
export async function describeMachine(): Promise<Machine> {
  const manifest = JSON.parse(readFileSync(new URL('../package.json', import.meta.url), 'utf8')) as {
    dependencies: Record<string, string>;
    devDependencies: Record<string, string>;
  };
  const versions = { ...manifest.dependencies, ...manifest.devDependencies };
  const [first] = cpus();
  const gib = (totalmem() / 2 ** 30).toFixed(0);
  return {
    lines: [
      `machine: ${cpus().length} x ${first.model.trim()}, ${gib} GiB, load ${loadavg()[0].toFixed(1)} at the start`,
      `node ${process.version}, ${PEERS.map((name) => `${name} ${versions[name]}`).join(', ')}`,
      `commit: ${await commit()}`,
    ],
  };
}

async function commit(): Promise<string> {
  try {
    const { stdout } = await promisify(execFile)('git', ['log', '-1', '--format=%h, %cs']);
    return stdout.trim();
  } catch {
    return 'unknown: no git checkout';
  }
}
