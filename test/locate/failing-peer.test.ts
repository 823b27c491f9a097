import { describe, expect, it } from 'vitest';
import { parseComponent } from '../../src/domain/component-grammar.ts';
import { type Finding, Locator } from '../../src/locate/index.ts';
import { judgementOf, type World, world } from './judgements.ts';

/** Queries of cart and stock beside those of judgements.ts; `known`: that they are of postgres. */
function withQueries(known = true): World {
  const { table, keys } = world();
  const queries = ['error(cart, SELECT)', 'error(stock, SELECT)', 'error(pay, POST)'];
  for (const key of queries) {
    const { names } = table;
    const operation = table.a[table.intern(parseComponent(key))];
    const service = names.serviceOf(operation);
    const peer = key.includes('pay') ? 'bank' : 'postgres';
    if (known) table.asks(operation, names.slot('peer', service, peer));
  }
  return { table, keys: [...keys, ...queries] };
}

function find(made: World, hot: Readonly<Record<string, number>>): Finding[] {
  return new Locator(made.table).find(judgementOf(made, hot), 15);
}

describe('a peer without spans that fails', () => {
  const BOTH = { 'error(cart, SELECT)': 25, 'error(stock, SELECT)': 25 };

  it('is one cause of the failures of all that ask it, by its own name', () => {
    const findings = find(withQueries(), BOTH);
    expect(findings.length).toBe(1);
    const [{ suspects, fingerprint, services }] = findings;
    expect(suspects[0]).toMatchObject({
      ...{ kind: 'dependency', peer: 'postgres', cause: 'errors', callers: { slow: 2, all: 2 } },
      because: Object.keys(BOTH),
    });
    expect(fingerprint).toBe('dependency postgres');
    expect(services.length).toBe(2);
  });

  it('is none where one service fails alone: that is the nearer explanation', () => {
    expect(find(withQueries(), { 'error(stock, SELECT)': 25 })[0].suspects[0]).toMatchObject({
      ...{ kind: 'service', service: 'stock', cause: 'errors' },
    });
    expect(find(withQueries(), { 'error(pay, POST)': 25 })[0].suspects[0]).toMatchObject({
      ...{ kind: 'service', service: 'pay', cause: 'errors' },
    });
  });

  it('is known once the queries were seen, also where the components are older', () => {
    const made = withQueries(false);
    const locator = new Locator(made.table);
    const leader = (): string | undefined => locator.find(judgementOf(made, BOTH), 15)[0].suspects[0].peer;
    expect(leader()).toBeUndefined();
    for (const key of Object.keys(BOTH)) {
      const operation = made.table.a[made.table.intern(parseComponent(key))];
      const service = made.table.names.serviceOf(operation);
      made.table.asks(operation, made.table.names.slot('peer', service, 'postgres'));
    }
    expect(leader()).toBe('postgres');
  });

  it('leaves what fails in the services themselves to them', () => {
    const [finding] = find(withQueries(), { 'error(cart, Get)': 25, 'error(stock, SELECT)': 1 });
    expect(finding.suspects[0]).toMatchObject({ kind: 'service', service: 'cart' });
  });
});
