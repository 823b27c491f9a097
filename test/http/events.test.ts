import { once } from 'node:events';
import { connect, type Socket } from 'node:net';
import { request } from 'undici';
import { afterEach, beforeEach, describe, expect, it } from 'vitest';
import type { HttpServer } from '../../src/http/index.ts';
import type { ManualClock } from '../../src/runtime/index.ts';
import { fullParts, type FullParts } from './full-parts.ts';
import { createTestServer, testRuntime } from './test-server.ts';

let server: HttpServer;
let full: FullParts;
let runtime: ReturnType<typeof testRuntime>;
const open: Reader[] = [];

beforeEach(async () => {
  runtime = testRuntime();
  full = await fullParts(runtime);
  server = createTestServer({}, full.parts, runtime);
  await server.start();
});
afterEach(async () => {
  for (const reader of open.splice(0)) reader.socket.destroy();
  await server.shutdown();
});

/** A client of bare sockets, so that it can also not read. */
class Reader {
  readonly socket: Socket;
  text = '';
  closed = false;

  constructor(headers = '', query = '') {
    this.socket = connect(server.port, '127.0.0.1');
    this.socket.on('data', (data) => (this.text += data.toString()));
    this.socket.on('error', () => undefined);
    this.socket.on('close', () => (this.closed = true));
    this.socket.write(`GET /api/v1/events${query} HTTP/1.1\r\nHost: localhost\r\n${headers}\r\n`);
    open.push(this);
  }

  async until(condition: (reader: this) => boolean): Promise<this> {
    const deadline = Date.now() + 40_000;
    while (!condition(this)) {
      if (Date.now() > deadline) throw new Error(`did not come: ${this.text.slice(-500)}`);
      await new Promise((resolve) => setTimeout(resolve, 5));
    }
    return this;
  }

  get ids(): number[] {
    return [...this.text.matchAll(/^id: (\d+)$/gm)].map(([, id]) => Number(id));
  }
}

function note(text: string): Promise<unknown> | undefined {
  return full.parts.command?.({ type: 'note', incidentId: 'i-1', by: 'ann', text });
}

const NOTED = { incidentId: 'i-1', at: 0, type: 'noted', by: 'ann' } as const;
const started = (reader: Reader): boolean => reader.text.includes('retry: 3000');

describe('live updates', () => {
  it('say what happens from now on, with ids', async () => {
    const reader = await new Reader().until(started);
    expect(reader.text).toContain('content-type: text/event-stream; charset=utf-8');
    expect(reader.text.toLowerCase()).toContain('cache-control: no-store');
    await note('first\nid: 99\n\nevent: x');
    await reader.until(({ ids }) => ids.length === 1);
    const data = /^data: (.*)$/m.exec(reader.text)?.[1] ?? '';
    expect(JSON.parse(data)).toMatchObject({
      incidentId: 'i-1',
      sequence: 2,
      type: 'noted',
      by: 'ann',
      text: 'first\nid: 99\n\nevent: x',
    });
  });

  it('say that log lines came, without a place in the order of events', async () => {
    const reader = await new Reader().until(started);
    await note('first');
    await reader.until(({ ids }) => ids.length === 1);
    full.logsCame('i-1');
    await reader.until(({ text }) => text.includes('event: context'));
    expect(reader.text).toMatch(/event: context\ndata: \{"incidentId":"i-1"\}\n\n/);
    await note('second');
    await reader.until(({ ids }) => ids.length === 2);
  });

  it('go on after the last id that was seen, from the store', async () => {
    for (let n = 0; n < 150; n++) await note(`n ${n}`);
    const first = await new Reader('Last-Event-ID: 1\r\n').until(({ ids }) => ids.length === 150);
    const [, , third] = first.ids;
    const second = await new Reader(`Last-Event-ID: ${third}\r\n`).until(({ ids }) => ids.length === 147);
    expect(second.ids).toEqual(first.ids.slice(3));
    const third2 = await new Reader('', `?after=${third}`).until(({ ids }) => ids.length === 147);
    expect(third2.ids).toEqual(second.ids);
  });

  it('an id that nobody gave is a reset, one that is none a problem', async () => {
    const reader = await new Reader('Last-Event-ID: 123456\r\n').until(({ ids }) => ids.length === 1);
    expect(reader.text).toContain('event: reset\nid: 1\n');
    await note('after');
    await reader.until(({ ids }) => ids.length === 2);
    const broken = await new Reader('Last-Event-ID: -1\r\n').until(({ text }) => text.includes('\r\n\r\n'));
    expect(broken.text).toContain('HTTP/1.1 400');
  });

  it('keep a silent connection alive', async () => {
    const reader = await new Reader().until(started);
    (runtime.clock as ManualClock).advance(15_000);
    await reader.until(({ text }) => text.includes('\n:\n\n'));
  });

  it('cut off who does not read, and hold up nobody', async () => {
    await server.shutdown();
    // Twenty megabytes: more than the kernel's buffers take.
    const all = Array.from({ length: 200 }, (_, n) => ({
      position: n + 1,
      event: { ...NOTED, sequence: n + 1, text: 'x'.repeat(100_000) },
    }));
    const changes = {
      changes: ({ after, limit }: { after: number; limit: number }) =>
        Promise.resolve(all.slice(after, after + limit)),
      lastPosition: () => Promise.resolve(all.length),
      onChange: () => () => undefined,
    };
    server = createTestServer({}, { changes }, runtime);
    await server.start();
    const slow = new Reader('Last-Event-ID: 0\r\n');
    slow.socket.pause();
    await new Reader('Last-Event-ID: 0\r\n').until(({ text }) => text.length > 20_000_000);
    for (let n = 0; n < 4; n++) (runtime.clock as ManualClock).advance(15_000);
    slow.socket.resume();
    await slow.until(({ closed }) => closed);
    expect(slow.text.length).toBeLessThan(20_000_000);
  });

  it('have a limit of connections, and forget those that went away', async () => {
    const readers = Array.from({ length: 64 }, () => new Reader());
    await Promise.all(readers.map((reader) => reader.until(started)));
    const over = await new Reader().until(({ text }) => text.includes('\r\n\r\n'));
    expect(over.text).toContain('HTTP/1.1 503');
    expect(over.text.toLowerCase()).toContain('retry-after: 30');
    readers[0].socket.destroy();
    await once(readers[0].socket, 'close');
    const gauge = (): Promise<string> =>
      runtime.metrics.registry.getSingleMetricAsString('spanwatch_http_event_readers');
    while (!/ 63$/m.test(await gauge())) await new Promise((resolve) => setTimeout(resolve, 5));
    await new Reader().until(started);
  });

  it('are not started for who asks for the head alone', async () => {
    const { statusCode, headers } = await request(`${server.url}/api/v1/events`, { method: 'HEAD' });
    expect(statusCode).toBe(200);
    expect(headers['content-type']).toBe('text/event-stream; charset=utf-8');
    const readers = await runtime.metrics.registry.getSingleMetricAsString('spanwatch_http_event_readers');
    expect(readers).toMatch(/ 0$/m);
  });

  it('end with the server', async () => {
    const reader = await new Reader().until(started);
    await server.shutdown();
    await reader.until(({ closed }) => closed);
  });
});
