import { ComponentTable } from '../domain/component-table.ts';
import { type NameLimits, Names } from '../domain/names.ts';

/** Names and components as numbers: one table of each a process. */
export interface Vocabulary {
  readonly names: Names;
  readonly table: ComponentTable;
}

/** `ownerAttributes`: by which attributes of their resource services name their owner, where it is not the usual ones. */
export function createVocabulary(limits: NameLimits, ownerAttributes?: readonly string[]): Vocabulary {
  const names = new Names(limits, ownerAttributes);
  return { names, table: new ComponentTable(names) };
}
