import { mkdirSync, writeFileSync } from 'node:fs';
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
}

export async function startAlertmanager({
  folder,
  webhook,
}: AlertmanagerOptions): Promise<AlertmanagerServer> {
  const home = await unpackDebian('prometheus-alertmanager');
  const port = await freePort();
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
    program: join(home, 'usr/bin/prometheus-alertmanager'),
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
