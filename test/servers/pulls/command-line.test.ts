import { mkdirSync, readdirSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { request } from 'undici';
import { afterEach, describe, expect, it } from 'vitest';
import { encodeOtlpProto, simulate } from '../../../src/simulator/index.ts';
import { runCli } from '../../cli/run-cli.ts';
import { haveServers, serverFolder } from '../rig/index.ts';
import { type JaegerServer, startJaeger } from '../rig/jaeger.ts';

const MINUTES = 40;
let jaeger: JaegerServer | undefined;
const folder = serverFolder('pulls-command-line');
afterEach(async ({ task }) => {
  await jaeger?.stop();
  folder.done(task.result?.state !== 'fail');
});

describe.skipIf(!(await haveServers('jaeger')))('the command line, beside a Jaeger', () => {
  // Jaeger built by `go install` does not know its version; the unit test has a page that does.
  it('says what it found, and learns a model from what Jaeger holds', async () => {
    jaeger = await startJaeger({ folder: join(folder.path, 'jaeger') });
    await fill(jaeger);
    const config = join(folder.path, 'spanwatch.yaml');
    const source = `{ name: jaeger, type: jaeger-query, url: "${jaeger.query}", pauseMs: 0, timeoutMs: 60000 }`;
    writeFileSync(
      config,
      `sources:\n  - ${source}\nchannels: [{ name: t, type: terminal }]\nhttp: { port: 0 }\n`,
    );
    const checked = await runCli(['check', '-c', config, '--connect']);
    expect(checked.stdout).toMatch(
      /^ok {4}source jaeger: Jaeger at .*, \/api\/v3, \d+ services, (at least )?\d+ spans in the last (minute|hour) \(no sampling declared\)$/m,
    );
    const models = join(folder.path, 'models');
    mkdirSync(models, { recursive: true });
    const args = [
      'learn',
      '-c',
      config,
      '--from-source',
      'jaeger',
      '--from',
      '-1h',
      '-o',
      join(models, 'shop'),
    ];
    const learned = await runCli(args);
    expect(learned).toMatchObject({
      code: 0,
      stdout: expect.stringMatching(/shop: \d+ components of \d+ services/),
    });
    expect(readdirSync(models)).toEqual(['shop']);
  }, 180_000);
});

async function fill({ otlpHttp }: JaegerServer): Promise<void> {
  const simulation = simulate({
    seed: 5,
    startMs: Date.now() - (MINUTES + 1) * 60_000,
    tracesPerSecond: 0.2,
  });
  const batch = simulation.newBatch();
  for (let second = 0; second < MINUTES * 60; second++) simulation.second(second, batch);
  for (let from = 0; from < batch.length; from += 2000) {
    const body = encodeOtlpProto(batch, { from, to: Math.min(from + 2000, batch.length) });
    const headers = { 'content-type': 'application/x-protobuf' };
    const answer = await request(`${otlpHttp}/v1/traces`, { method: 'POST', headers, body });
    await answer.body.dump();
    expect(answer.statusCode).toBe(200);
  }
}
