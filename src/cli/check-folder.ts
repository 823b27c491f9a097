import { accessSync, constants } from 'node:fs';
import { dirname } from 'node:path';
import { FolderError, missingFolders } from '../runtime/index.ts';

/** Why nothing can be kept in a folder, which is made when it is not there; undefined when something can. Makes nothing. */
export function folderProblem(path: string): string | undefined {
  try {
    const [outermost] = missingFolders(path);
    const there = outermost === undefined ? path : dirname(outermost);
    accessSync(there, constants.W_OK | constants.X_OK);
    return undefined;
  } catch (error) {
    if (error instanceof FolderError) return error.message;
    const code = error instanceof Error && 'code' in error ? String(error.code) : 'unknown error';
    return `${path} cannot be written (${code})`;
  }
}
