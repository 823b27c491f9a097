import { mkdirSync, mkdtempSync, readdirSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { afterEach, beforeEach, describe, expect, it } from 'vitest';
import { type ModelData, ModelShelf } from '../../src/models/index.ts';

let root = '';
beforeEach(() => (root = mkdtempSync(join(tmpdir(), 'spanwatch-shelf-'))));
afterEach(() => rmSync(root, { recursive: true }));

const origin = { kind: 'snapshot', of: 'demo', base: 'demo of today' } as const;

function model(minute: number, level = 8): ModelData & { origin: typeof origin } {
  return {
    createdAt: new Date(Date.UTC(2026, 4, 1, 12, minute)).toISOString(),
    trainedOn: { from: '2026-05-01T10:00:00.000Z', to: '2026-05-01T12:00:00.000Z', spans: 3, traces: 2, windows: 1 },
    baselines: [['self(pay, Charge)', level, 0.1, 0.01, 0.01, 0.01, 0.01, 1, 60, 600]],
    forests: [],
    skew: [],
    spreads: [],
  seasons: [],
    origin,
  };
}

describe('versions of the model', () => {
  it('are listed with where they come from, oldest first, and read back', () => {
    const shelf = new ModelShelf(join(root, 'models'), 5);
    expect(shelf.list()).toEqual([]);
    const first = shelf.write(model(1, 8));
    const second = shelf.write(model(2, 9));
    expect([first, second]).toEqual(['live-20260501T120100Z', 'live-20260501T120200Z']);
    expect(shelf.list()).toMatchObject([
      { name: first, origin, components: 1, forests: 0, createdAt: '2026-05-01T12:01:00.000Z' },
      { name: second, origin },
    ]);
    const read = shelf.read(first);
    expect(read.ok && read.model.baselines[0][1]).toBe(8);
  });

  it('keep their order when two are written in a second', () => {
    const shelf = new ModelShelf(root, 5);
    const names = [shelf.write(model(1)), shelf.write(model(1)), shelf.write(model(1))];
    expect(shelf.list().map(({ name }) => name)).toEqual(names);
  });

  it('are bounded: the oldest go, but not one in use', () => {
    const shelf = new ModelShelf(root, 3);
    const names = [1, 2, 3].map((minute) => shelf.write(model(minute)));
    names.push(shelf.write(model(4), [names[0]]), shelf.write(model(5), [names[0]]));
    expect(shelf.list().map(({ name }) => name)).toEqual([names[0], names[2], names[3], names[4]]);
  });

  it('leave nothing when they would be refused', () => {
    const shelf = new ModelShelf(root, 3);
    expect(() => shelf.write(model(1, Number.NaN))).toThrow(/baselines.json/);
    expect(readdirSync(root)).toEqual([]);
  });

  it.each(['../models', 'a/b', '', '.hidden', '..', 'x'.repeat(200)])('%j is no name', (name) => {
    mkdirSync(join(root, 'shelf'));
    expect(new ModelShelf(join(root, 'shelf'), 3).read(name).ok).toBe(false);
  });

  it('what else lies in the folder is left alone', () => {
    const shelf = new ModelShelf(root, 2);
    mkdirSync(join(root, 'notes'));
    writeFileSync(join(root, 'readme'), 'x');
    for (let minute = 0; minute < 5; minute++) shelf.write(model(minute));
    expect(shelf.list()).toHaveLength(2);
    expect(readdirSync(root)).toContain('notes');
  });
});
