import { mkdirSync, mkdtempSync, rmSync, statSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { afterEach, beforeEach, describe, expect, it } from 'vitest';
import { FolderError, makeFolder } from '../../src/runtime/index.ts';
import { runCli } from './run-cli.ts';

let folder = '';
beforeEach(() => (folder = mkdtempSync(join(tmpdir(), 'spanwatch-cli-'))));
afterEach(() => rmSync(folder, { recursive: true }));

describe('check', () => {
  const check = (dataDir: string): ReturnType<typeof runCli> => {
    const path = join(folder, 'spanwatch.yaml');
    const rest = 'sources: [{ name: s, type: otlp-http }]\nchannels: [{ name: c, type: terminal }]\n';
    writeFileSync(path, `dataDir: ${dataDir}\n${rest}`);
    return runCli(['check', '-c', path]);
  };

  it('says that the data folder is a file, or below one', async () => {
    const file = join(folder, 'file');
    writeFileSync(file, '');
    expect(await check(file)).toMatchObject({
      code: 1,
      stdout: expect.stringContaining(
        `WRONG dataDir: the folder ${file} cannot be made: it is a file\n`,
      ) as string,
    });
    expect((await check(join(file, 'data'))).stdout).toContain(
      `WRONG dataDir: the folder ${file}/data cannot be made: ${file} is a file\n`,
    );
  });

  it.skipIf(process.getuid?.() === 0)('says that it may not be written', async () => {
    mkdirSync(join(folder, 'closed'), { mode: 0o500 });
    expect((await check(join(folder, 'closed/data'))).stdout).toContain('cannot be written (EACCES)');
  });

  it('says that it found no configuration', async () => {
    const { code, stdout } = await runCli(['check']);
    expect(code).toBe(1);
    expect(stdout).toContain('ok    configuration is all defaults: there is no spanwatch.yaml here\n');
  });

  it('makes nothing, and says nothing, where it can be made', async () => {
    const { code, stdout } = await check(join(folder, 'a/b'));
    expect({ code, says: stdout.includes('dataDir') }).toEqual({ code: 0, says: false });
    expect(statSync(join(folder, 'a'), { throwIfNoEntry: false })).toBeUndefined();
  });
});

describe('a folder', () => {
  it('is made with those above it, and again for nothing', () => {
    const path = join(folder, 'a/b/c');
    makeFolder(path, 0o700);
    makeFolder(path);
    expect(statSync(path).isDirectory()).toBe(true);
    expect(statSync(path).mode & 0o777).toBe(0o700);
  });

  it.skipIf(process.platform !== 'linux')('that cannot be made is said, at once', () => {
    expect(() => makeFolder('/proc/spanwatch/data')).toThrow(FolderError);
    expect(() => makeFolder('/proc/spanwatch/data')).toThrow(
      'the folder /proc/spanwatch/data cannot be made: ENOENT at /proc/spanwatch',
    );
  });
});
