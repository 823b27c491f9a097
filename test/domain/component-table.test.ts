import fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import { COMPONENT_KINDS, type Component, unitOf } from '../../src/domain/component.ts';
import { parseComponent } from '../../src/domain/component-grammar.ts';
import { ComponentTable, KindCode } from '../../src/domain/component-table.ts';
import { Names } from '../../src/domain/names.ts';

describe('the component table', () => {
  it('numbers distinct components distinctly and finds them again', () => {
    const triple = fc.tuple(fc.nat(9), fc.nat(5000), fc.nat(5000));
    fc.assert(
      fc.property(fc.array(triple, { maxLength: 3000 }), (triples) => {
        const table = new ComponentTable(new Names());
        const known = new Map<string, number>();
        for (const [kind, a, b] of triples) {
          const key = `${kind} ${a} ${b}`;
          expect(table.find(kind, a, b)).toBe(known.get(key) ?? -1);
          const id = table.id(kind, a, b);
          expect(id).toBe(known.get(key) ?? known.size);
          known.set(key, id);
        }
        expect(table.size).toBe(known.size);
      }),
      { numRuns: 20 },
    );
  });

  it('grows without losing anybody', () => {
    const table = new ComponentTable(new Names());
    for (let a = 0; a < 20_000; a++) expect(table.id(KindCode.self, a, 0)).toBe(a);
    for (let a = 0; a < 20_000; a++) expect(table.find(KindCode.self, a, 0)).toBe(a);
  });

  it('refuses new components when full, and still finds the old', () => {
    const table = new ComponentTable(new Names(), 10);
    for (let a = 0; a < 100; a++) expect(table.id(KindCode.self, a, 0)).toBe(a < 10 ? a : -1);
    expect(table.overflowed).toBe(90);
    expect(table.size).toBe(10);
    expect(table.id(KindCode.self, 3, 0)).toBe(3);
  });

  const shop = (name: string) => ({ environment: 'demo', namespace: 'shop', name });
  const examples: Component[] = COMPONENT_KINDS.map((kind) => {
    const service = shop('web');
    const callee = { callee: shop('pay'), calleeOperation: 'Charge' };
    if (kind === 'dependency') return { kind, service, peer: 'postgres' };
    if (kind === 'request' || kind === 'response' || kind === 'queue') return { kind, service, ...callee };
    if (kind === 'calls') return { kind, service, operation: 'GET /', ...callee };
    return { kind, service, operation: 'GET /' };
  });

  it.each(examples)('gives $kind back as it came, and the same key as the grammar', (component) => {
    const table = new ComponentTable(new Names());
    const id = table.intern(component);
    expect(table.component(id)).toEqual(component);
    expect(parseComponent(table.key(id))).toEqual(component);
    expect(table.intern(component)).toBe(id);
  });

  it('knows the unit of each kind', () => {
    const units = COMPONENT_KINDS.map(unitOf).join(' ');
    expect(units).toBe('us us us us us ratio ratio ratio count count us');
  });
});
