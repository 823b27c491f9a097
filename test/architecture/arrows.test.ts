import { mkdirSync, mkdtempSync, readdirSync, rmSync, writeFileSync } from 'node:fs';
import { createRequire } from 'node:module';
import { tmpdir } from 'node:os';
import { dirname, join } from 'node:path';
import { type ICruiseResult, cruise } from 'dependency-cruiser';
import { afterAll, describe, expect, it } from 'vitest';

const config = createRequire(import.meta.url)('../../.dependency-cruiser.cjs');
const REPOSITORY = new URL('../../', import.meta.url).pathname;

interface Broken {
  readonly rule: string;
  readonly severity: string;
  readonly from: string;
  readonly to: string;
}

/** What the rules of the repository say of the `src` below `baseDir`. */
async function brokenIn(baseDir: string): Promise<{ modules: number; broken: Broken[] }> {
  const options = { ...config.options, ruleSet: { forbidden: config.forbidden }, validate: true, baseDir };
  const { output } = await cruise(['src'], options);
  const { modules, summary } = output as ICruiseResult;
  const broken = summary.violations.map(({ rule, from, to }) => ({
    rule: rule.name,
    severity: rule.severity,
    from,
    to,
  }));
  return { modules: modules.length, broken };
}

/** Whether a room's name stands in the list of rooms. */
const ruled = (rules: string, name: string): boolean => new RegExp(`[(|]${name}[|)]`).test(rules);

const tree = mkdtempSync(join(tmpdir(), 'spanwatch-arrows-'));
afterAll(() => rmSync(tree, { recursive: true }));

/** A tiny tree of its own, in which every import is allowed; then one file is planted. */
const SOUND: Record<string, string> = {
  'tsconfig.json':
    '{"compilerOptions":{"module":"nodenext","allowImportingTsExtensions":true,"noEmit":true}}',
  'src/domain/noun.ts': 'export const noun = 1;',
  'src/runtime/index.ts': 'export const runtime = 1;',
  'src/detect/port.ts': "import { noun } from '../domain/noun.ts';\nexport interface Port { x: typeof noun }",
  'src/detect/index.ts':
    "import { noun } from '../domain/noun.ts';\nimport { runtime } from '../runtime/index.ts';\nexport const detect = noun + runtime;",
  'src/locate/index.ts':
    "import type { Port } from '../detect/port.ts';\nexport const locate = (port: Port) => port;",
  'src/app.ts':
    "import { detect } from './detect/index.ts';\nimport { locate } from './locate/index.ts';\nexport const app = [detect, locate];",
  'src/cli/run.ts': "import { app } from '../app.ts';\nexport const run = app;",
  'src/main.ts': "import { run } from './cli/run.ts';\nrun;",
};

async function planted(files: Record<string, string>): Promise<Broken[]> {
  rmSync(tree, { recursive: true });
  for (const [file, content] of Object.entries({ ...SOUND, ...files })) {
    mkdirSync(dirname(join(tree, file)), { recursive: true });
    writeFileSync(join(tree, file), content);
  }
  const { broken } = await brokenIn(tree);
  return broken.filter(({ severity }) => severity === 'error');
}

describe('the import arrows', () => {
  it('hold in this repository, and were looked at', async () => {
    const { modules, broken } = await brokenIn(REPOSITORY);
    expect(modules).toBeGreaterThan(150);
    expect(broken.filter(({ severity }) => severity === 'error')).toEqual([]);
  });

  it('know every folder of src', () => {
    const known = new Set(['app', 'cli', 'domain', 'runtime']);
    const rules = JSON.stringify(config.forbidden);
    const folders = readdirSync(join(REPOSITORY, 'src'), { withFileTypes: true }).filter((e) =>
      e.isDirectory(),
    );
    const unknown = folders.map(({ name }) => name).filter((name) => !known.has(name) && !ruled(rules, name));
    expect(unknown).toEqual([]);
  });

  it('hold in a tree where every import is allowed', async () => {
    expect(await planted({})).toEqual([]);
  });

  const use = (what: string, from: string): string =>
    `import { ${what} } from '${from}';\nexport const used = ${what};`;
  it.each([
    [
      'a room that imports another',
      'src/locate/bad.ts',
      use('detect', '../detect/index.ts'),
      'rooms-do-not-meet',
    ],
    [
      'a room that imports another only for its types, but not from its port',
      'src/locate/bad.ts',
      "import type { detect } from '../detect/index.ts';\nexport type T = typeof detect;",
      'rooms-do-not-meet',
    ],
    [
      'a room that takes more than types from a port',
      'src/locate/bad.ts',
      "import { type Port, value } from '../detect/port.ts';\nexport const used: [Port?, number?] = [undefined, value];",
      'ports-are-types-only',
    ],
    [
      'a domain that imports anything',
      'src/domain/bad.ts',
      use('runtime', '../runtime/index.ts'),
      'domain-imports-nothing',
    ],
    [
      'a runtime that imports the domain',
      'src/runtime/bad.ts',
      use('noun', '../domain/noun.ts'),
      'runtime-imports-no-room',
    ],
    ['a room that imports the app', 'src/detect/bad.ts', use('app', '../app.ts'), 'nobody-imports-upwards'],
    [
      'an app that knows the command line',
      'src/app/bad.ts',
      use('run', '../cli/run.ts'),
      'app-does-not-know-the-cli',
    ],
    [
      'a circle',
      'src/domain/noun.ts',
      "import { noun as other } from './noun2.ts';\nexport const noun = other;",
      'no-circles',
    ],
    [
      'a circle of types alone',
      'src/domain/noun.ts',
      "import type { used } from './noun2.ts';\nexport const noun = 1;\nexport type Noun = typeof used;",
      'no-circles',
    ],
    ['code that imports a test', 'src/cli/bad.ts', use('fake', '../../test/fake.ts'), 'no-test-code-in-src'],
  ])('refuse %s', async (_, file, content, rule) => {
    const broken = await planted({
      'src/domain/noun2.ts': use('noun', './noun.ts') + '\nexport { noun };',
      'src/detect/port.ts': `${SOUND['src/detect/port.ts']}\nexport const value = 1;`,
      'test/fake.ts': 'export const fake = 1;',
      [file]: content,
    });
    expect(broken.map((b) => b.rule)).toContain(rule);
    if (rule !== 'no-circles')
      expect(broken.filter((b) => b.rule === rule).map(({ from }) => from)).toEqual([file]);
  });
});
