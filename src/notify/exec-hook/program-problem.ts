import { realpathSync, type Stats, statSync } from 'node:fs';
import { dirname } from 'node:path';
import { getuid } from 'node:process';

const BY_GROUP = 0o020;
const BY_ANYBODY = 0o002;
/** Of a folder: what is in it can be replaced by its owner alone. */
const STICKY = 0o1000;

/**
 * The reason why a program may not be run by us, as it would stand after "the program"; undefined when it may. As sshd is
 * with its files: nobody but root and us may be able to change it, or to put another in its place, by any folder above.
 */
export function programProblem(program: string): string | undefined {
  try {
    const stats = statSync(program);
    if (!stats.isFile()) return 'is not a file';
    if ((stats.mode & 0o111) === 0) return 'is not executable';
    const problem = trustProblem(stats);
    if (problem !== undefined) return problem;
    // The link can be replaced, and so can what it leads to.
    const folders = new Set([...foldersAbove(program), ...foldersAbove(realpathSync(program))]);
    for (const folder of folders) {
      const of = statSync(folder);
      const reason = trustProblem(of, (of.mode & STICKY) !== 0);
      if (reason !== undefined) return `is in a folder, ${folder}, that ${reason}`;
    }
    return undefined;
  } catch {
    return 'is not there';
  }
}

function trustProblem({ mode, uid }: Stats, sticky = false): string | undefined {
  const ours = getuid?.() ?? 0;
  if (uid !== 0 && uid !== ours) return `belongs to another user (uid ${uid}): chown it to root or ${ours}`;
  if (sticky) return undefined;
  if ((mode & BY_ANYBODY) !== 0) return 'can be written by anybody: chmod o-w it';
  return (mode & BY_GROUP) === 0 ? undefined : 'can be written by its group: chmod g-w it';
}

/** From the innermost to the root. */
function foldersAbove(path: string): readonly string[] {
  const folder = dirname(path);
  return folder === path ? [] : [folder, ...foldersAbove(folder)];
}
