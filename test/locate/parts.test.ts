import { describe, expect, it } from 'vitest';
import type { PartEvidence, PartKind, PlaceJudgement } from '../../src/detect/port.ts';
import { ComponentTable, KindCode } from '../../src/domain/component-table.ts';
import { Names } from '../../src/domain/names.ts';
import { Locator } from '../../src/locate/index.ts';

const CUT = 22;

/** Services with pods on nodes; evidence by hand. */
function system() {
  const names = new Names();
  const table = new ComponentTable(names);
  const service = (name: string): number => names.service({ environment: 'prod', namespace: 'shop', name });
  const self = (name: string, operation = 'op'): number =>
    table.id(KindCode.self, names.operation(service(name), operation), 0);
  const piece = (
    kind: PartKind,
    [of, slot]: readonly [string, string],
    logBayes: number,
    more: Partial<PartEvidence> = {},
  ): PartEvidence => ({
    kind,
    slot: names.slot(kind === 'host' ? 'node' : kind, service(of), slot),
    component: self(of),
    ...{ count: 50, others: 200, observed: 12, expected: 10, z: 8, logBayes },
    ...{ excess: 100, othersExcess: 0 },
    ...more,
  });
  return { names, table, service, self, piece };
}

function judgementOf(evidence: readonly PartEvidence[], scale = 2): PlaceJudgement {
  const scales = [0, 1, 2, 3].map((s) => (s === scale ? evidence : []));
  return { scales, parts: evidence.length, strata: [], nodes: new Map() };
}

function find(
  s: ReturnType<typeof system>,
  evidence: readonly PartEvidence[],
  {
    pooled = [],
    scale = 2,
    newVersion,
    cut = CUT,
  }: { pooled?: readonly [number, number][]; scale?: number; newVersion?: number; cut?: number } = {},
) {
  const locator = new Locator(s.table);
  const columns = {
    length: pooled.length,
    component: Int32Array.from(pooled, ([component]) => component),
    logBayes: Float64Array.from(pooled, ([, log]) => log),
    ...{ count: new Float64Array(9), observed: new Float64Array(9) },
    ...{ expected: new Float64Array(9), z: new Float64Array(9) },
  };
  const judgement = { toMs: 0, scales: [0, 1, 2, 3].map((n) => ({ scale: n, ...columns })) };
  return locator.find(judgement, cut, {
    judgement: judgementOf(evidence, scale),
    isNew: (slot) => slot === newVersion,
  });
}

describe('who is named among pods, versions and hosts', () => {
  it('is the pod, with its service and share', () => {
    const s = system();
    const [found, ...more] = find(s, [
      s.piece('instance', ['pay', 'pay-1'], 90),
      s.piece('instance', ['pay', 'pay-2'], -2),
    ]);
    expect(more).toEqual([]);
    expect(found.fingerprint).toBe('instance pay@prod/shop pay-1');
    expect(found.suspects[0]).toMatchObject({
      ...{ kind: 'instance', environment: 'prod', namespace: 'shop', service: 'pay', instance: 'pay-1' },
      component: 'self(pay@prod/shop, op)[instance=pay-1]',
      share: 1,
    });
    expect(found.services).toEqual([s.service('pay')]);
    // Beyond doubt by one component, however strict the cut of a young model is.
    expect(find(s, [s.piece('instance', ['pay', 'pay-1'], 90)], { cut: 40 })).toHaveLength(1);
  });

  it('is nobody where a single window shows it, unless something is wrong anyway', () => {
    const s = system();
    const evidence = [s.piece('instance', ['pay', 'pay-1'], 90)];
    expect(find(s, evidence, { scale: 0 })).toEqual([]);
    const named = find(s, evidence, { scale: 0, pooled: [[s.self('pay'), 30]] });
    expect(named.map(({ fingerprint }) => fingerprint)).toEqual(['instance pay@prod/shop pay-1']);
    // What is wrong elsewhere is no reason to name it.
    const elsewhere = find(s, evidence, { scale: 0, pooled: [[s.self('cart'), 30]] });
    expect(elsewhere.map(({ fingerprint }) => fingerprint)).toEqual(['service cart@prod/shop']);
  });

  it('is the service when all of its pods moved, one of them most', () => {
    const s = system();
    const evidence = [s.piece('instance', ['pay', 'pay-1'], 40, { excess: 100, othersExcess: 400 })];
    const [found, ...more] = find(s, evidence, { pooled: [[s.self('pay'), 30]] });
    expect(found.fingerprint).toBe('service pay@prod/shop');
    expect(more).toEqual([]);
  });

  it('is the version whose pods are slow, and a pod of it when only that is', () => {
    const s = system();
    const both = find(s, [
      s.piece('version', ['pay', '2.0'], 200),
      s.piece('instance', ['pay', 'pay-1'], 90),
      s.piece('instance', ['pay', 'pay-2'], 90),
    ]);
    expect(both[0].suspects[0]).toMatchObject({ kind: 'version', version: '2.0' });
    expect(both).toHaveLength(1);
    const one = find(s, [s.piece('version', ['pay', '2.0'], 60), s.piece('instance', ['pay', 'pay-1'], 150)]);
    expect(one[0].suspects[0]).toMatchObject({ kind: 'instance', instance: 'pay-1' });
  });

  it('is the version of a single pod when it is new, else the pod, and the other is told', () => {
    const s = system();
    const evidence = [
      s.piece('version', ['pay', '2.0'], 50),
      s.piece('instance', ['pay', 'pay-1'], 50),
      s.piece('instance', ['pay', 'pay-2'], -1),
    ];
    const version = evidence[0].slot;
    const kinds = (newVersion?: number): string[] =>
      find(s, evidence, newVersion === undefined ? {} : { newVersion })[0].suspects.map(({ kind }) => kind);
    expect(kinds(version)).toEqual(['version', 'instance']);
    expect(kinds()).toEqual(['instance', 'version']);
  });

  it('is the host when services on it are slow and their siblings elsewhere are not: one finding', () => {
    const s = system();
    const [found, ...more] = find(
      s,
      [
        s.piece('host', ['pay', 'node-3'], 18),
        s.piece('instance', ['pay', 'pay-1'], 18),
        s.piece('host', ['cart', 'node-3'], 15),
        s.piece('instance', ['cart', 'cart-4'], 15),
        s.piece('host', ['mail', 'node-3'], -1),
        s.piece('host', ['pay', 'node-4'], -2),
      ],
      {
        pooled: [
          [s.self('pay'), 25],
          [s.self('cart'), 28],
        ],
      },
    );
    expect(more).toEqual([]);
    expect(found.fingerprint).toBe('host prod/node-3');
    expect(found.suspects[0]).toMatchObject({ kind: 'host', node: 'node-3', cause: 'cpu' });
    expect([...found.services].sort()).toEqual([s.service('pay'), s.service('cart')].sort());
  });

  it('is the pod when it alone is slow on its host', () => {
    const s = system();
    const [found] = find(s, [
      s.piece('host', ['pay', 'node-3'], 60),
      s.piece('instance', ['pay', 'pay-1'], 60),
      s.piece('host', ['cart', 'node-3'], -2),
    ]);
    expect(found.suspects[0]).toMatchObject({ kind: 'instance', instance: 'pay-1' });
  });

  it('keeps hosts of one name in two environments apart', () => {
    const s = system();
    const staging = s.names.service({ environment: 'staging', namespace: 'shop', name: 'cart' });
    const found = find(s, [
      s.piece('host', ['pay', 'node-3'], 15),
      { ...s.piece('host', ['cart', 'node-3'], 15), slot: s.names.slot('node', staging, 'node-3') },
    ]);
    expect(found).toEqual([]);
  });
});
