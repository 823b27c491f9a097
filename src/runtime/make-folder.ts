import { mkdirSync, statSync } from 'node:fs';
import { dirname, resolve } from 'node:path';

/** Why a folder cannot be made, in one line that names it. */
export class FolderError extends Error {
  override readonly name = 'FolderError';
  readonly code = 'folder';
  readonly retryable = false;
}

/**
 * The folder and those above it, unless they are there. Throws a `FolderError`. Not by `recursive` of `mkdirSync`: that
 * never returns where a folder that is there says ENOENT of what is made in it (seen on /proc with Node 24).
 */
export function makeFolder(path: string, mode?: number): void {
  for (const missing of missingFolders(path)) {
    try {
      mkdirSync(missing, { mode });
    } catch (error) {
      const code = codeOf(error);
      // Another process was faster.
      if (code !== 'EEXIST')
        throw new FolderError(`the folder ${path} cannot be made: ${code} at ${missing}`, { cause: error });
    }
  }
}

/** Those that are to be made, the outermost first. Throws a `FolderError` when one of those that are there is a file. */
export function missingFolders(path: string): readonly string[] {
  const missing: string[] = [];
  for (let at = resolve(path); ; at = dirname(at)) {
    const found = kindOf(at);
    if (found === 'folder' || at === dirname(at)) return missing.reverse();
    if (found === 'file') {
      const which = missing.length === 0 ? 'it' : at;
      throw new FolderError(`the folder ${path} cannot be made: ${which} is a file`);
    }
    missing.push(at);
  }
}

function kindOf(path: string): 'folder' | 'file' | 'nothing' {
  try {
    return statSync(path).isDirectory() ? 'folder' : 'file';
  } catch {
    // What is below a file, or may not be looked at, is not there for us.
    return 'nothing';
  }
}

function codeOf(error: unknown): string {
  return error instanceof Error && 'code' in error ? String(error.code) : 'unknown error';
}
