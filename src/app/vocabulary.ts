import { ComponentTable } from '../domain/component-table.ts';
import { type NameLimits, Names } from '../domain/names.ts';

/** Names and components as numbers: one table of each a process. */
export interface Vocabulary {
  readonly names: Names;
  readonly table: ComponentTable;
}

export function createVocabulary(limits: NameLimits): Vocabulary {
  const names = new Names(limits);
  return { names, table: new ComponentTable(names) };
}
