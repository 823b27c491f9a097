import { mkdtempSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { setTimeout as pause } from 'node:timers/promises';
import { request } from 'undici';
import { REPOSITORY, type RunningService } from '../../bench/verify/spanwatch-process.ts';
import { createOtlpSender, type Script, simulate } from '../../src/simulator/index.ts';

export interface Workplace {
  readonly folder: string;
  readonly dataDir: string;
  readonly config: string;
}

/** A folder with a configuration of the demo's model; `more` are further lines of YAML. */
export function workplace(more: readonly string[] = []): Workplace {
  const folder = mkdtempSync(join(tmpdir(), 'spanwatch-run-'));
  const dataDir = join(folder, 'data');
  const config = join(folder, 'spanwatch.yaml');
  const lines = more.some((line) => line.startsWith('dataDir:')) ? [] : [`dataDir: ${dataDir}`];
  if (!more.some((line) => line.startsWith('model:')))
    lines.push(`model: ${join(REPOSITORY, 'models/demo')}`);
  if (!more.some((line) => line.startsWith('sources:')))
    lines.push('sources: [{ name: otlp, type: otlp-http, port: 0 }]');
  if (!more.some((line) => line.startsWith('http:'))) lines.push('http: { port: 0 }');
  writeFileSync(config, [...lines, ...more, ''].join('\n'));
  return { folder, dataDir, config };
}

export async function get(url: string): Promise<{ status: number; text: string }> {
  const { statusCode, body } = await request(url);
  return { status: statusCode, text: await body.text() };
}

/** Of a metric without labels. */
export async function metric({ http }: Pick<RunningService, 'http'>, name: string): Promise<number> {
  const { text } = await get(`${http}/metrics`);
  const line = text.split('\n').find((one) => one.startsWith(`${name} `));
  if (line === undefined) throw new Error(`there is no metric ${name}`);
  return Number(line.slice(name.length + 1));
}

/** Resolves when `holds` does; rejects after `seconds`, with `what` was waited for. */
export async function until(
  what: string,
  holds: () => Promise<boolean> | boolean,
  seconds = 120,
): Promise<void> {
  const deadline = Date.now() + seconds * 1000;
  while (!(await holds())) {
    if (Date.now() > deadline) throw new Error(`not within ${seconds} s: ${what}`);
    await pause(100);
  }
}

/** The simulated shop, sent second by second; each call goes on where the last one stopped. */
export function shop(script: Script, tracesPerSecond: number) {
  const simulation = simulate({ seed: 11, startMs: Date.UTC(2026, 0, 5, 9, 0, 0), tracesPerSecond, script });
  const batch = simulation.newBatch();
  let second = 0;
  return {
    /** Sends to `source` until second `end` of the shop. Returns the spans sent. */
    send: async (
      source: string,
      end: number,
      encoding: 'json' | 'protobuf' = 'protobuf',
    ): Promise<number> => {
      const sender = createOtlpSender({ url: source, encoding, gzip: true });
      let sent = 0;
      for (; second < end; second++) {
        batch.clear();
        simulation.second(second, batch);
        const outcome = await sender.send(batch);
        if (outcome.kind !== 'sent') throw new Error(`not sent: ${outcome.reason}`);
        if (outcome.rejectedSpans > 0) throw new Error(`${outcome.rejectedSpans} spans rejected`);
        sent += batch.length;
      }
      await sender.close();
      return sent;
    },
  };
}
