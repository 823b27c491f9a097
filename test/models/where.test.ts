import { mkdirSync, mkdtempSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { afterAll, describe, expect, it } from 'vitest';
import { whyNotWritable } from '../../src/models/index.ts';

const root = mkdtempSync(join(tmpdir(), 'spanwatch-where-'));
afterAll(() => rmSync(root, { recursive: true }));
const folder = (name: string, ...files: string[]): string => {
  mkdirSync(join(root, name), { recursive: true });
  for (const file of files) writeFileSync(join(root, name, file), 'x');
  return join(root, name);
};

describe('a model may be written', () => {
  it.each([
    ['where nothing is', join(root, 'absent')],
    ['into an empty folder', folder('empty')],
    ['over an older model', folder('older', 'manifest.json', 'baselines.json')],
  ])('%s', (_, directory) => {
    expect(whyNotWritable(directory)).toBeUndefined();
  });

  it.each([
    ['over a folder of other things', folder('notes', 'precious.txt'), /holds other things than a model/],
    ['over a file', join(folder('with-file', 'plain'), 'plain'), /is a file/],
    ['over the folder that one is in', '.', /./],
  ])('but not %s', (_, directory, reason) => {
    expect(whyNotWritable(directory)).toMatch(reason);
  });
});
