import { mkdtempSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { setImmediate as turn } from 'node:timers/promises';
import { afterEach, beforeEach, describe, expect, it } from 'vitest';
import { WriterLease } from '../../src/app/writer-lease.ts';
import { ManualClock } from '../../src/runtime/index.ts';
import { openSqliteStore, type Store } from '../../src/store/index.ts';
import { recordingRuntime } from '../notify/recording-runtime.ts';
import { testRuntime } from '../http/test-server.ts';

const TTL_MS = 30_000;

describe('the right to write', () => {
  let folder: string;
  let clock: ManualClock;
  const stores: Store[] = [];
  const leases: WriterLease[] = [];

  beforeEach(() => {
    folder = mkdtempSync(join(tmpdir(), 'spanwatch-lease-'));
    clock = new ManualClock(1_000_000);
  });
  afterEach(async () => {
    for (const lease of leases.splice(0)) await lease.shutdown();
    for (const store of stores.splice(0)) await store.close();
    rmSync(folder, { recursive: true });
  });

  const process = (holder: string, itsClock = clock): { lease: WriterLease; store: Store } => {
    const store = openSqliteStore({ path: join(folder, 'store.db') }, { clock });
    const lease = new WriterLease(store, { holder, ttlMs: TTL_MS }, { ...testRuntime(), clock: itsClock });
    stores.push(store);
    leases.push(lease);
    return { lease, store };
  };
  const pass = async (ms: number): Promise<void> => {
    for (let passed = 0; passed < ms; passed += 1000) {
      clock.advance(1000);
      for (let i = 0; i < 5; i++) await turn();
    }
  };

  it('is kept by who has it: another start fails, and names it', async () => {
    await process('a').lease.start();
    const second = process('b').lease.start();
    const outcome = expect(second).rejects.toThrow(/written by a, which is alive/);
    await pass(2 * TTL_MS);
    await outcome;
  });

  it('passes to a start that waited when its holder died, and the dead one writes nothing any more', async () => {
    // It stands still: nothing of it is renewed.
    const first = process('a', new ManualClock(1_000_000));
    await first.lease.start();
    const second = process('b');
    const started = second.lease.start();
    await pass(TTL_MS + 2_000);
    await started;
    await second.store.setCursor('x', '2');
    await expect(first.store.setCursor('x', '1')).rejects.toMatchObject({ code: 'fenced' });
  });

  it('is given back at the end, and a restart of the same process has it at once', async () => {
    await process('a').lease.start();
    const again = process('a');
    await again.lease.start();
    await again.lease.shutdown();
    const second = process('b');
    await second.lease.start();
    await second.store.setCursor('x', '1');
  });

  it('is not had before the fence stands: one that failed is asked for again', async () => {
    const holder = process('a', new ManualClock(1_000_000));
    await holder.lease.start();
    clock.advance(TTL_MS);
    const { store } = process('b');
    let failures = 1;
    const failing = {
      leases: store.leases,
      fence: (token: number) => (failures-- > 0 ? Promise.reject(new Error('disk')) : store.fence(token)),
    };
    const runtime = recordingRuntime();
    const lease = new WriterLease(failing, { holder: 'b', ttlMs: TTL_MS }, { ...runtime, clock });
    leases.push(lease);
    await lease.start();
    expect(await runtime.metric('spanwatch_store_writer')).toBe(0);
    await pass(TTL_MS / 3);
    expect(await runtime.metric('spanwatch_store_writer')).toBe(1);
    await expect(holder.store.setCursor('x', '1')).rejects.toMatchObject({ code: 'fenced' });
  });

  it('is asked for again when another had taken over before the fence stood', async () => {
    const { store } = process('b');
    const holder = process('a');
    const racing = {
      leases: store.leases,
      fence: async (token: number) => {
        // Between the two steps this process stood still for longer than its lease lasts.
        clock.advance(TTL_MS);
        await holder.lease.start();
        return store.fence(token);
      },
    };
    const lease = new WriterLease(racing, { holder: 'b', ttlMs: TTL_MS }, { ...testRuntime(), clock });
    leases.push(lease);
    const outcome = expect(lease.start()).rejects.toThrow(/written by a, which is alive/);
    await pass(2 * TTL_MS);
    await outcome;
  });

  it('is said to be lost, once, also by who could not ask for it at the start', async () => {
    const { store } = process('b');
    let isAway = true;
    const unreachable = {
      leases: {
        acquire: (...args: Parameters<Store['leases']['acquire']>) =>
          isAway ? Promise.reject(new Error('away')) : store.leases.acquire(...args),
        release: () => Promise.resolve(),
      },
      fence: (token: number) => store.fence(token),
    };
    const runtime = recordingRuntime();
    const lease = new WriterLease(unreachable, { holder: 'b', ttlMs: TTL_MS }, { ...runtime, clock });
    leases.push(lease);
    await lease.start();
    await process('a').lease.start();
    isAway = false;
    await pass(2 * TTL_MS);
    expect(runtime.lines.filter((line) => line.includes('another process has taken over'))).toHaveLength(1);
  });

  it('is not needed by who cannot ask: what it writes is judged later', async () => {
    const store = {
      leases: { acquire: () => Promise.reject(new Error('away')), release: () => Promise.resolve() },
      fence: () => Promise.resolve(),
    };
    const lease = new WriterLease(store, { holder: 'a', ttlMs: TTL_MS }, { ...testRuntime(), clock });
    leases.push(lease);
    await lease.start();
  });
});
