import { describe, expect, it } from 'vitest';
import { VersionChanges } from '../../src/context/index.ts';
import { Names } from '../../src/domain/names.ts';
import type { Trace } from '../../src/domain/trace.ts';

const MINUTE = 60_000;

function watching(names = new Names()) {
  const changes = new VersionChanges(names);
  const see = (atMs: number, ...versions: readonly string[]): void => {
    const service = names.service({ environment: 'prod', namespace: '', name: 'pay' });
    const version = Int32Array.from(versions, (name) => names.slot('version', service, name));
    const trace = {
      ...{ names, spanCount: versions.length, latestEndUs: atMs * 1000, version },
      service: new Int32Array(versions.length).fill(service),
    };
    changes.add(trace as unknown as Trace);
  };
  const said = (): readonly string[] =>
    changes.all.map(({ from, to, atMs }) => `${from} -> ${to} at ${atMs / MINUTE}`);
  return { names, changes, see, said };
}

describe('another version of a service', () => {
  it('is a change when it comes after another one, once, though pods of the old one go on for a while', () => {
    const { see, said, changes } = watching();
    see(0, '1.4.2');
    see(5 * MINUTE, '1.4.2', '');
    see(6 * MINUTE, '1.5.0');
    for (let at = 6; at < 15; at++) see(at * MINUTE, '1.4.2', '1.5.0', '1.4.2');
    expect(said()).toEqual(['1.4.2 -> 1.5.0 at 6']);
    expect(changes.all[0]).toMatchObject({ environment: 'prod', namespace: '', service: 'pay' });
  });

  it('is a change again when it was away for ten minutes: a roll-back', () => {
    const { see, said } = watching();
    see(0, '1');
    see(5 * MINUTE, '2');
    for (let at = 5; at < 16; at++) see(at * MINUTE, '2');
    see(16 * MINUTE, '1');
    expect(said()).toEqual(['1 -> 2 at 5', '2 -> 1 at 16']);
  });

  it('is none in the first minutes of a service: several run already', () => {
    const { see, said } = watching();
    see(0, '1', '2');
    see(MINUTE, '3');
    see(9 * MINUTE, '1', '2', '3');
    expect(said()).toEqual([]);
  });

  it('is found by time and by whom it concerns, newest first', () => {
    const { see, changes } = watching();
    for (let at = 0; at < 5; at++) see(at * 20 * MINUTE, `v${at}`);
    const concerns = () => true;
    const between = (from: number, to: number, most = 3) =>
      changes.between([from * MINUTE, to * MINUTE], concerns, most).map(({ to: version }) => version);
    expect(between(20, 60)).toEqual(['v3', 'v2', 'v1']);
    expect(between(21, 59)).toEqual(['v2']);
    expect(between(0, 99, 1)).toEqual(['v4']);
    expect(changes.between([0, 1e9], ({ service }) => service === 'other', 3)).toEqual([]);
  });

  it('goes on after a restart as if there had been none, and is bounded', () => {
    const { names, see, said, changes } = watching();
    see(0, '1');
    see(5 * MINUTE, '2');
    const next = watching(names);
    next.changes.restore(structuredClone(changes.snapshot()));
    see(6 * MINUTE, '1');
    next.see(6 * MINUTE, '1');
    next.see(7 * MINUTE, '3');
    see(7 * MINUTE, '3');
    expect(next.said()).toEqual(said());
    expect(said().length).toBe(2);
    for (let at = 1; at < 300; at++) see(at * 20 * MINUTE, `flood-${at}`);
    expect(changes.all.length).toBe(5);
  });
});
