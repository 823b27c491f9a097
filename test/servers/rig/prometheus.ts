import { mkdirSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { request } from 'undici';
import { unpackDebian } from './debian.ts';
import { freePort, type ServerProcess, startProcess } from './process.ts';

export interface PrometheusServer extends ServerProcess {
  readonly url: string;
}

/** Path of a program of Debian's prometheus package: `prometheus` or `promtool`. */
export async function prometheusTool(name: 'prometheus' | 'promtool'): Promise<string> {
  return join(await unpackDebian('prometheus'), 'usr/bin', name);
}

export interface PrometheusOptions {
  readonly folder: string;
  /** `host:port` of what is scraped at `/metrics`. */
  readonly targets: readonly string[];
  readonly scrapeIntervalMs?: number;
  readonly ruleFiles?: readonly string[];
}

export async function startPrometheus(options: PrometheusOptions): Promise<PrometheusServer> {
  const { folder, targets, scrapeIntervalMs = 1000, ruleFiles = [] } = options;
  const port = await freePort();
  const interval = `${scrapeIntervalMs}ms`;
  mkdirSync(folder, { recursive: true });
  const config = join(folder, 'prometheus.yml');
  writeFileSync(
    config,
    JSON.stringify({
      global: { scrape_interval: interval, scrape_timeout: interval, evaluation_interval: interval },
      rule_files: ruleFiles,
      scrape_configs: [{ job_name: 'spanwatch', static_configs: [{ targets }] }],
    }),
  );
  const url = `http://127.0.0.1:${port}`;
  const server = await startProcess({
    name: 'prometheus',
    folder,
    program: await prometheusTool('prometheus'),
    args: [
      `--config.file=${config}`,
      `--storage.tsdb.path=${join(folder, 'data')}`,
      `--web.listen-address=127.0.0.1:${port}`,
      '--enable-feature=exemplar-storage',
      '--web.enable-remote-write-receiver',
    ],
    answers: async () => {
      const { statusCode, body } = await request(`${url}/-/ready`);
      await body.dump();
      return statusCode === 200;
    },
  });
  return { ...server, url };
}
