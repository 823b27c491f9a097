import { appendFileSync, mkdtempSync, readFileSync, rmSync, truncateSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import fc from 'fast-check';
import { afterEach, beforeEach, describe, expect, it } from 'vitest';
import type { FlowInput } from '../../src/domain/flow-input.ts';
import { Names } from '../../src/domain/names.ts';
import { SpanBatch } from '../../src/domain/span-batch.ts';
import { InputEncoder, JournalSegment, replayJournal } from '../../src/recovery/index.ts';

let folder = '';
beforeEach(() => {
  folder = mkdtempSync(join(tmpdir(), 'spanwatch-journal-'));
});
afterEach(() => rmSync(folder, { recursive: true }));

/** A batch of `n` spans with names that `seed` tells apart. */
function batchOf(names: Names, n: number, seed: number): SpanBatch {
  const batch = new SpanBatch(names);
  for (let i = 0; i < n; i++) {
    batch.push();
    const service = names.service({ environment: '', namespace: 'shop', name: `service-${seed % 7}` });
    batch.service[i] = service;
    batch.operation[i] = names.operation(service, `GET /thing-${'abcdefgh'[(seed + i) % 8]}`);
    batch.peer[i] = names.slot('peer', service, `db${'xyz'[i % 3]}`);
    batch.traceId.set([seed, i, 3, 4], i * 4);
    batch.startUs[i] = 1.7e15 + seed * 1000 + i + 0.25;
    batch.durationUs[i] = 5 * i;
    batch.kind[i] = i % 6;
    batch.weight[i] = 1.5;
  }
  return batch;
}

/** What an input says, in words: independent of the numbers of names. */
function said(input: FlowInput): unknown {
  if (input.kind !== 'spans') return input;
  const { batch, ...rest } = input;
  const { names } = batch;
  const spans = Array.from({ length: batch.length }, (_, i) => [
    names.serviceIdentity(batch.service[i]),
    names.operationName(batch.operation[i]),
    names.slotName(batch.peer[i]),
    ...batch.traceId.subarray(i * 4, i * 4 + 4),
    batch.startUs[i],
    batch.durationUs[i],
    batch.kind[i],
    batch.weight[i],
  ]);
  return { ...rest, spans };
}

function inputs(names: Names): FlowInput[] {
  return [
    { kind: 'spans', atMs: 1000.5, source: 'otlp', batch: batchOf(names, 3, 1) },
    { kind: 'time', atMs: 1001, us: 1.7e15 + 0.5 },
    { kind: 'spans', atMs: 1002, source: 'kafka 日本', cursor: '{"0":"17"}', batch: batchOf(names, 200, 2) },
    { kind: 'spans', atMs: 1002, source: 'kafka', cursor: '', batch: batchOf(names, 0, 2) },
    { kind: 'command', atMs: 5, command: { type: 'note', incidentId: 'a', by: 'b', at: 5, text: 'c\n"d"' } },
    { kind: 'gap', atMs: 6, fromUs: 1, toUs: 2, lostToUs: 3 },
    { kind: 'end', atMs: 7 },
  ];
}

/** Writes the inputs; returns what they said. */
function written(path: string, first = 0): unknown[] {
  const names = new Names();
  const segment = new JournalSegment(path, new InputEncoder(names, names.counts()));
  const all = inputs(names).map((input, i) => {
    segment.append(input, first + i);
    return said(input);
  });
  segment.close();
  return all;
}

function read(paths: readonly string[], from = 0) {
  const found: unknown[] = [];
  const outcome = replayJournal(paths, {
    names: new Names(),
    from,
    apply: (input) => found.push(said(input)),
  });
  return { found, outcome };
}

describe('a journal segment', () => {
  it('gives back every input as it was, with its names', () => {
    const path = join(folder, 'one.log');
    const all = written(path);
    const { found, outcome } = read([path]);
    expect(found).toEqual(all);
    expect(outcome).toMatchObject({ inputs: 7, next: 7, spans: 203, torn: [] });
    expect(outcome.gap).toBeUndefined();
  });

  it('is cut at a torn tail, wherever it is torn', () => {
    const path = join(folder, 'one.log');
    const all = written(path);
    const bytes = readFileSync(path);
    fc.assert(
      fc.property(fc.integer({ min: 0, max: bytes.length - 1 }), (length) => {
        writeFileSync(path, bytes.subarray(0, length));
        const { found, outcome } = read([path]);
        expect(found).toEqual(all.slice(0, found.length));
        expect(found.length).toBeLessThan(all.length);
        expect(outcome.gap).toBeUndefined();
      }),
      { numRuns: 60 },
    );
  });

  it('never applies a record with a flipped bit, and never throws', () => {
    const path = join(folder, 'one.log');
    const all = written(path);
    const bytes = readFileSync(path);
    fc.assert(
      fc.property(fc.integer({ min: 0, max: bytes.length * 8 - 1 }), (bit) => {
        const broken = Buffer.from(bytes);
        broken[bit >> 3] ^= 1 << (bit & 7);
        writeFileSync(path, broken);
        const { found, outcome } = read([path]);
        expect(found).toEqual(all.slice(0, found.length));
        expect(outcome.torn).toHaveLength(1);
      }),
      { numRuns: 60 },
    );
  });

  it('goes on with the next segment after a torn one, and says so', () => {
    const names = new Names();
    const encoder = new InputEncoder(names, names.counts());
    const [a, b] = [join(folder, 'a.log'), join(folder, 'b.log')];
    const said2: unknown[] = [];
    for (const [path, first] of [
      [a, 0],
      [b, 1],
    ] as const) {
      const segment = new JournalSegment(path, encoder);
      const input: FlowInput = { kind: 'spans', atMs: 1, source: 's', batch: batchOf(names, 4, first) };
      segment.append(input, first);
      said2.push(said(input));
      segment.close();
    }
    appendFileSync(a, Buffer.from([1, 2, 3]));
    const { found, outcome } = read([a, b]);
    expect(found).toEqual(said2);
    expect(outcome.torn).toEqual([expect.stringContaining('torn record')]);
  });

  it('stops where an input is missing', () => {
    const path = join(folder, 'one.log');
    written(path, 3);
    const { found, outcome } = read([path], 2);
    expect(found).toEqual([]);
    expect(outcome.gap).toMatch(/input 2 is missing/);
  });

  it('leaves out what is in the state already, but takes its names', () => {
    const path = join(folder, 'one.log');
    const all = written(path);
    expect(read([path], 2).found).toEqual(all.slice(2));
    expect(read([path], 7)).toMatchObject({ found: [], outcome: { inputs: 0 } });
  });

  it('refuses to be opened twice, and to take anything once closed', () => {
    const path = join(folder, 'one.log');
    written(path);
    expect(() => written(path)).toThrow(/EEXIST/);
    truncateSync(path);
    expect(read([path]).outcome.torn).toEqual([expect.stringContaining('it begins with ""')]);
  });
});
