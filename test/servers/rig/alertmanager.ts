import { chmodSync, existsSync, mkdirSync, readFileSync, symlinkSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { request } from 'undici';
import { unpackDebian } from './debian.ts';
import { freePort, type ServerProcess, startProcess } from './process.ts';

export interface AlertmanagerServer extends ServerProcess {
  readonly url: string;
}

export interface AlertmanagerOptions {
  readonly folder: string;
  /** Gets every notification; nobody does when absent. */
  readonly webhook?: string;
  /** Of one that was stopped; any free one when absent. */
  readonly port?: number;
}

export async function startAlertmanager({
  folder,
  webhook,
  port: again,
}: AlertmanagerOptions): Promise<AlertmanagerServer> {
  const home = await unpackDebian('prometheus-alertmanager');
  const port = again ?? (await freePort());
  const url = `http://127.0.0.1:${port}`;
  mkdirSync(folder, { recursive: true });
  const config = join(folder, 'alertmanager.yml');
  const receiver = {
    name: 'test',
    ...(webhook === undefined ? {} : { webhook_configs: [{ url: webhook }] }),
  };
  const route = { receiver: 'test', group_wait: '0s', group_interval: '1s' };
  writeFileSync(config, JSON.stringify({ route, receivers: [receiver] }));
  const server = await startProcess({
    name: 'alertmanager',
    folder,
    program: relocated(home, folder),
    args: [
      `--config.file=${config}`,
      `--storage.path=${join(folder, 'data')}`,
      `--web.listen-address=127.0.0.1:${port}`,
      // No gossip: it would listen on all addresses.
      '--cluster.listen-address=',
    ],
    answers: async () => {
      const { statusCode, body } = await request(`${url}/-/ready`);
      await body.dump();
      return statusCode === 200;
    },
  });
  return { ...server, url };
}

/** Where Debian's build looks for its templates, and a path as long that is relative to its working directory. */
const BUILT_IN = '/usr/share/prometheus/alertmanager';
const RELATIVE = './xx/share/prometheus/alertmanager';

/** The package is unpacked, not installed: a copy of the program that finds its templates beside it. */
function relocated(home: string, folder: string): string {
  const copy = join(folder, 'alertmanager');
  if (existsSync(copy)) return copy;
  const program = readFileSync(join(home, 'usr/bin/prometheus-alertmanager'));
  for (let at = program.indexOf(BUILT_IN); at >= 0; at = program.indexOf(BUILT_IN, at + 1))
    program.write(RELATIVE, at, 'latin1');
  writeFileSync(copy, program);
  chmodSync(copy, 0o755);
  symlinkSync(join(home, 'usr'), join(folder, 'xx'));
  return copy;
}
