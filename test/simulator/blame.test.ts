import { describe, expect, it } from 'vitest';
import { at, isBlamed, truthOf } from '../../src/simulator/index.ts';
import type { FaultTruth, Script } from '../../src/simulator/index.ts';

function truth(script: Script): FaultTruth {
  const found = truthOf(script.faults[0], 0);
  if (found === undefined) throw new Error('no truth');
  return found;
}

const service = (name: string) => ({ kind: 'service', service: name }) as const;
const dependency = (name: string, peer: string) => ({ kind: 'dependency', service: name, peer }) as const;
const instance = (name: string, pod: string) => ({ kind: 'instance', service: name, instance: pod }) as const;

describe('isBlamed', () => {
  it('asks for the service, and not for its dependency', () => {
    const slow = truth(at(0).slow('catalog', { addMs: 1 }, 1));
    expect(isBlamed(slow, service('catalog'))).toBe(true);
    expect(isBlamed(slow, service('pricing'))).toBe(false);
    expect(isBlamed(slow, dependency('catalog', 'postgres'))).toBe(false);
    expect(isBlamed(slow, instance('catalog', 'catalog-1'))).toBe(true);
    expect(isBlamed(slow, instance('catalog', 'catalog-1'), 'exact')).toBe(false);
  });

  it('asks for the peer of a dependency, of one caller or of any', () => {
    const one = truth(at(0).slowPeer('catalog', 'postgres', { addMs: 1, forSeconds: 1 }));
    expect(isBlamed(one, dependency('catalog', 'postgres'), 'exact')).toBe(true);
    expect(isBlamed(one, dependency('pricing', 'postgres'))).toBe(false);
    expect(isBlamed(one, service('catalog'))).toBe(false);
    const all = truth(at(0).slowPeer('*', 'postgres', { addMs: 1, forSeconds: 1 }));
    expect(isBlamed(all, dependency('pricing', 'postgres'))).toBe(true);
    expect(isBlamed(all, dependency('pricing', 'redis'))).toBe(false);
  });

  it('asks for the instance, version and node only when it must be exact', () => {
    const pod = truth(at(0).slow('catalog', { addMs: 1, instance: 'catalog-1' }, 1));
    expect(isBlamed(pod, service('catalog'))).toBe(true);
    expect(isBlamed(pod, instance('catalog', 'catalog-2'), 'exact')).toBe(false);
    expect(isBlamed(pod, instance('catalog', 'catalog-1'), 'exact')).toBe(true);
    const canary = truth(at(0).slow('catalog', { addMs: 1, version: '2' }, 1));
    expect(isBlamed(canary, { kind: 'version', service: 'catalog', version: '1' }, 'exact')).toBe(false);
    expect(isBlamed(canary, { kind: 'version', service: 'catalog', version: '2' }, 'exact')).toBe(true);
    const host = truth(at(0).nodeCpu('node-a', 2, 1));
    expect(isBlamed(host, { kind: 'host', service: 'catalog', node: 'node-a' })).toBe(true);
    expect(isBlamed(host, service('catalog'))).toBe(false);
  });
});
