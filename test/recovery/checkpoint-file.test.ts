import { mkdtempSync, readdirSync, readFileSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { afterEach, beforeEach, describe, expect, it } from 'vitest';
import { DEFAULT_NAME_LIMITS } from '../../src/domain/names.ts';
import {
  lockFolder,
  openStateFolder,
  readCheckpoint,
  StateError,
  writeCheckpoint,
} from '../../src/recovery/index.ts';

let folder = '';
beforeEach(() => {
  folder = mkdtempSync(join(tmpdir(), 'spanwatch-checkpoint-'));
});
afterEach(() => rmSync(folder, { recursive: true }));

const FACTS = {
  version: '1.2.3',
  createdAt: '2026-01-01T00:00:00.000Z',
  model: { name: 'm', checksum: 'c' },
  names: DEFAULT_NAME_LIMITS,
  inputs: 12,
  lastInputAtMs: 3.5,
};
const STATE = { a: new Map([[1, new Float64Array([1, 2])]]), b: new Set(['x']), c: Number.NEGATIVE_INFINITY };

async function made(): Promise<string> {
  const path = join(folder, 'checkpoint-00000001.bin');
  await writeCheckpoint(path, FACTS, STATE);
  return path;
}

describe('a checkpoint', () => {
  it('gives back what was written, and leaves nothing else in the folder', async () => {
    expect(readCheckpoint(await made())).toMatchObject({ kind: 'good', facts: FACTS, state: STATE });
    expect(readdirSync(folder)).toHaveLength(1);
  });

  it('is what the state was when it was asked for, not when it was written', async () => {
    const state = { numbers: [1] };
    const path = join(folder, 'one');
    const writing = writeCheckpoint(path, FACTS, state);
    state.numbers.push(2);
    await writing;
    expect(readCheckpoint(path)).toMatchObject({ state: { numbers: [1] } });
  });

  it.each([
    ['empty', () => Buffer.alloc(0), /torn/],
    ['torn', (bytes: Buffer) => bytes.subarray(0, bytes.length - 1), /torn: \d+ of \d+ bytes/],
    ['corrupt', (bytes: Buffer) => flipped(bytes), /checksum/],
    ['something else', () => Buffer.from('{"format":"zip"}\n'), /no checkpoint/],
    ['of an older format', (bytes: Buffer) => versioned(bytes, 0), /too old/],
    ['without its facts', () => Buffer.from('{"format":"spanwatch-checkpoint/1"}\n'), /out of shape/],
  ] as const)('that is %s is refused with the reason', async (_, damage, reason) => {
    const path = await made();
    writeFileSync(path, damage(readFileSync(path)));
    expect(readCheckpoint(path)).toMatchObject({ kind: 'refused', reason: expect.stringMatching(reason) });
  });

  it('of a newer Spanwatch is told apart: nothing may be written in its place', async () => {
    const path = await made();
    writeFileSync(path, versioned(readFileSync(path), 2));
    expect(readCheckpoint(path)).toMatchObject({ kind: 'newer', reason: expect.stringContaining('/2') });
  });

  it('that cannot be written leaves the one that is there', async () => {
    const path = join(folder, 'absent', 'one');
    await expect(writeCheckpoint(path, FACTS, STATE)).rejects.toThrow(/ENOENT/);
    expect(readCheckpoint(path)).toMatchObject({
      kind: 'refused',
      reason: expect.stringContaining('ENOENT'),
    });
  });
});

describe('the state folder', () => {
  it('keeps two checkpoints and the journal since the older one', () => {
    const state = openStateFolder(join(folder, 'state'));
    for (const n of [1, 2, 3]) writeFileSync(state.checkpoint(n), '');
    for (const n of [1, 2, 3, 4]) writeFileSync(state.segment(n), '');
    state.prune([2, 3]);
    expect(state.checkpoints()).toEqual([2, 3]);
    expect(state.segments()).toEqual([2, 3, 4]);
  });

  it('clears away what a kill left half-written', () => {
    const state = openStateFolder(folder);
    writeFileSync(`${state.checkpoint(7)}.tmp`, 'half');
    expect(openStateFolder(folder).checkpoints()).toEqual([]);
    expect(readdirSync(folder)).toEqual([]);
  });

  it('belongs to one process at a time', () => {
    const release = lockFolder(join(folder, 'lock'));
    expect(() => lockFolder(join(folder, 'lock'))).toThrow(StateError);
    release();
    lockFolder(join(folder, 'lock'))();
  });
});

function flipped(bytes: Buffer): Buffer {
  const broken = Buffer.from(bytes);
  broken[broken.length - 3] ^= 1;
  return broken;
}

function versioned(bytes: Buffer, version: number): Buffer {
  const end = bytes.indexOf(0x0a);
  const head = bytes.toString('utf8', 0, end).replace('checkpoint/1', `checkpoint/${version}`);
  return Buffer.concat([Buffer.from(head), bytes.subarray(end)]);
}
