import type { ComponentTable } from './component-table.ts';
import { printComponent } from './component-grammar.ts';

const SLOT_OF = { instance: 'instance', version: 'version', host: 'node' } as const;

/** The key of a component on one pod, on one version, or on one host: `slot` is its number. */
export function partKey(
  table: ComponentTable,
  { component, kind, slot }: { component: number; kind: keyof typeof SLOT_OF; slot: number },
): string {
  return printComponent({ ...table.component(component), [SLOT_OF[kind]]: table.names.slotName(slot) });
}
