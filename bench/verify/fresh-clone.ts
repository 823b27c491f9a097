import { join } from 'node:path';
import type { Context } from './context.ts';
import { barRow, mustBe, type Row, skippedRow } from './row.ts';
import { REPOSITORY, runProcess } from './spanwatch-process.ts';

/** What a user types after `git clone`. */
const COMMANDS: readonly (readonly [program: string, ...args: string[]])[] = [
  ['npm', 'ci', '--no-audit', '--no-fund'],
  ['npm', 'run', '-s', 'demo', '--', '--once'],
  ['npx', 'spanwatch', '--version'],
];

/** Section 1: the last commit in an empty folder. */
export async function* verifyFreshClone({ quick, scratch }: Context): AsyncGenerator<Row> {
  if (quick) return yield skippedRow('a fresh clone', 'left out by --quick');
  const folder = join(scratch, 'clone');
  const cloned = await runProcess('git', ['clone', '-q', REPOSITORY, folder]);
  yield barRow('git clone', codeOf(cloned.code), mustBe(cloned.code === 0, 'exit code 0'));
  if (cloned.code !== 0) return;
  for (const [program, ...args] of COMMANDS) {
    const { code, seconds, stderr } = await runProcess(program, args, { cwd: folder, env: OUTSIDE });
    const why = code === 0 ? '' : `: ${stderr.trim().split('\n').at(-1)}`;
    const measured = `${codeOf(code)} after ${seconds.toFixed(1)} s${why}`;
    yield barRow([program, ...args].join(' '), measured, mustBe(code === 0, 'exit code 0'));
    if (code !== 0) return;
  }
}

/** Without this checkout's own programs, which `npm run` puts first on the path. */
const OUTSIDE = {
  PATH: (process.env['PATH'] ?? '')
    .split(':')
    .filter((folder) => !folder.startsWith(REPOSITORY))
    .join(':'),
};

function codeOf(code: number | null): string {
  return `exit code ${code ?? 'of a signal'}`;
}
