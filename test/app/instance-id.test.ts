import { mkdtempSync, readFileSync, rmSync, statSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { afterEach, beforeEach, expect, it } from 'vitest';
import { instanceId } from '../../src/app/instance-id.ts';

let folders: string[];
beforeEach(() => {
  folders = [1, 2].map(() => mkdtempSync(join(tmpdir(), 'spanwatch-instance-')));
});
afterEach(() => {
  for (const folder of folders) rmSync(folder, { recursive: true });
});

it('is the same in a folder after a restart, and another in another folder', () => {
  const [a, b] = folders.map(instanceId);
  expect(a).not.toBe(b);
  expect(folders.map(instanceId)).toEqual([a, b]);
  expect(statSync(join(folders[0], 'instance-id')).mode & 0o777).toBe(0o600);
});

it('is made anew where a crash left half of it', () => {
  const path = join(folders[0], 'instance-id');
  writeFileSync(path, '');
  const id = instanceId(folders[0]);
  expect(readFileSync(path, 'utf8')).toBe(`${id}\n`);
});

it('says which file it cannot read or write', () => {
  expect(() => instanceId(join(folders[0], 'not-there'))).toThrow(/not-there/);
});
