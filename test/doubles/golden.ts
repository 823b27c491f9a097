import { existsSync, mkdirSync, readFileSync, writeFileSync } from 'node:fs';
import { dirname, join } from 'node:path';
import { expect } from 'vitest';

const FOLDER = join(import.meta.dirname, '..', 'goldens');

const REPOSITORY = join(import.meta.dirname, '..', '..');

/** The same for a file of the repository that is generated. */
export function expectFile(name: string, text: string): void {
  expectAt(join(REPOSITORY, name), text);
}

/** Compares with `test/goldens/<name>`; with `UPDATE_GOLDEN=1` in the environment, writes it instead. */
export function expectGolden(name: string, text: string): void {
  expectAt(join(FOLDER, name), text);
}

function expectAt(path: string, text: string): void {
  if (process.env['UPDATE_GOLDEN'] === '1') {
    mkdirSync(dirname(path), { recursive: true });
    writeFileSync(path, text);
  }
  expect(existsSync(path), `${path} is missing: run with UPDATE_GOLDEN=1`).toBe(true);
  expect(text).toBe(readFileSync(path, 'utf8'));
}
