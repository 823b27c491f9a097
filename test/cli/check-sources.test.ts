import { mkdtempSync, rmSync, writeFileSync } from 'node:fs';
import { createServer } from 'node:http';
import type { AddressInfo } from 'node:net';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { afterEach, describe, expect, it } from 'vitest';
import { holdTimeouts } from '../doubles/held-timeouts.ts';
import { freePorts } from '../servers/rig/ports.ts';
import { runCli } from './run-cli.ts';

const cleanups: (() => void)[] = [];
afterEach(() => cleanups.splice(0).forEach((cleanup) => cleanup()));

async function check(sources: string, http = '{ port: 0 }'): Promise<string> {
  const folder = mkdtempSync(join(tmpdir(), 'spanwatch-check-'));
  cleanups.push(() => rmSync(folder, { recursive: true }));
  const path = join(folder, 'spanwatch.yaml');
  writeFileSync(path, `sources: [${sources}]\nchannels: [{ name: t, type: terminal }]\nhttp: ${http}\n`);
  return (await runCli(['check', '-c', path, '--connect'])).stdout;
}

/** A query service with many services, each of which has a trace of its own; from so many on it does not answer, and says so. */
async function aJaeger(
  count: number,
  {
    lastsMs = 0,
    answers = Infinity,
    onSilence = () => {},
  }: { lastsMs?: number; answers?: number; onSilence?: () => void } = {},
): Promise<string> {
  let asked = 0;
  const services = Array.from({ length: count }, (_, i) => `service-${i}`);
  const server = createServer((request, response) => {
    const url = new URL(request.url ?? '/', 'http://x');
    if (url.pathname === '/api/v3/services') return response.end(JSON.stringify({ services }));
    if (url.pathname !== '/api/v3/traces') return response.writeHead(404).end();
    const name = url.searchParams.get('query.service_name') ?? '';
    return asked++ < answers ? response.end(oneTrace(name, lastsMs)) : onSilence();
  });
  await new Promise<void>((resolve) => server.listen(0, '127.0.0.1', resolve));
  cleanups.push(
    () => void server.closeAllConnections(),
    () => void server.close(),
  );
  return `http://127.0.0.1:${(server.address() as AddressInfo).port}`;
}

function oneTrace(service: string, lastsMs: number): string {
  const now = Date.now();
  const id = service.padEnd(16).slice(0, 16);
  const span = {
    traceId: Buffer.from(id).toString('hex'),
    spanId: Buffer.from(id).toString('hex').slice(-16),
    name: 'work',
    startTimeUnixNano: `${now}000000`,
    endTimeUnixNano: `${now + lastsMs}000000`,
  };
  const attributes = [{ key: 'service.name', value: { stringValue: service } }];
  return JSON.stringify({
    result: { resourceSpans: [{ resource: { attributes }, scopeSpans: [{ spans: [span] }] }] },
  });
}

async function takenPort(): Promise<number> {
  const squatter = createServer().listen(0, '127.0.0.1');
  await new Promise((resolve) => squatter.once('listening', resolve));
  cleanups.push(() => void squatter.close());
  return (squatter.address() as AddressInfo).port;
}

describe('check --connect', () => {
  it.each([
    [59_000, /in the last minute \([^)]*\)$/m],
    [61_000, /; 2 of 2 spans .* last longer than overlapMs \(60 s\): such spans may be missed/],
  ])('says when spans of %s ms may be missed', async (lastsMs, said) => {
    const url = await aJaeger(2, { lastsMs });
    expect(await check(`{ name: j, type: jaeger-query, url: "${url}" }`)).toMatch(said);
  });

  it('says what a store gave that has more than it gives in time, in words', async () => {
    const whole = holdTimeouts(6 * 20_000);
    cleanups.push(() => whole.release());
    const url = await aJaeger(40, { answers: 30, onSilence: () => void whole.pass() });
    const source = `{ name: j, type: jaeger-query, url: "${url}", timeoutMs: 20000, concurrency: 1, pauseMs: 0 }`;
    expect(await check(source)).toMatch(
      /^ok {4}source j: Jaeger at .*, 40 services, at least 30 spans in the last minute/m,
    );
  });

  it('says of each receiver, and of the pages, whether they could listen', async () => {
    const [port, pages] = [await takenPort(), await takenPort()];
    const [free, other] = await freePorts(2);
    const said = await check(
      `{ name: a, type: otlp-grpc, port: ${free} }, { name: b, type: jaeger-thrift, port: ${port} }, { name: c, type: zipkin, host: 203.0.113.1, port: ${other}, insecure: true }`,
      `{ port: ${pages} }`,
    );
    expect(said.split('\n').filter((line) => / (source|http)/.test(line))).toEqual([
      `ok    source a: 127.0.0.1:${free} is free`,
      `WRONG source b: 127.0.0.1:${port}: somebody listens there already (a running spanwatch? Jaeger?)`,
      `WRONG source c: 203.0.113.1:${other}: this machine has no such address`,
      `WRONG http: 127.0.0.1:${pages}: somebody listens there already (a running spanwatch? Jaeger?)`,
    ]);
  });

  // What failed is asked for again, so that either the last answer or the whole is late first.
  it.each([
    ['an answer', 20_000, 'no answer within 20000 ms'],
    ['the whole', 6 * 20_000, 'it did not give its spans within 120 s'],
  ])('says in words that a store gave nothing in time: %s', async (_, limitMs, late) => {
    const limit = holdTimeouts(limitMs);
    cleanups.push(() => limit.release());
    const url = await aJaeger(40, { answers: 0, onSilence: () => void limit.pass() });
    const source = `{ name: j, type: jaeger-query, url: "${url}", timeoutMs: 20000, pauseMs: 0 }`;
    expect(await check(source)).toMatch(new RegExp(`^WRONG source j: .*: ${late}$`, 'm'));
  });
});
