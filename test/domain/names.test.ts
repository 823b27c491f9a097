import { describe, expect, it } from 'vitest';
import { DEFAULT_NAME_LIMITS, Names, OVERFLOW_NAME } from '../../src/domain/names.ts';

const LIMITS = { maxServices: 3, maxOperationsPerService: 4, maxSlotsPerService: 2, maxNameLength: 10 };
const named = (name: string) => ({ environment: '', namespace: '', name });

/** Letters only, so that normalising cannot make two of them one. */
function word(i: number): string {
  let text = '';
  for (let rest = i + 1; rest > 0; rest = Math.floor(rest / 26))
    text += String.fromCharCode(97 + (rest % 26));
  return text;
}

describe('names', () => {
  it('hold their cap against a million distinct operations, and file the rest where it can be seen', () => {
    const names = new Names();
    const service = names.service(named('hostile'));
    const ids = new Set<number>();
    for (let i = 0; i < 1_000_000; i++) ids.add(names.operation(service, word(i)));
    const cap = DEFAULT_NAME_LIMITS.maxOperationsPerService;
    expect(ids.size).toBe(cap + 1);
    expect(names.operationCount).toBe(cap + 1);
    expect(names.overflowed.operation).toBe(1_000_000 - cap);
    expect(names.operationName(names.operation(service, 'yet another'))).toBe(OVERFLOW_NAME);
    expect(names.operationName(names.operation(service, word(7)))).toBe(word(7));
  });

  it('one service at its cap takes nothing from another', () => {
    const names = new Names(LIMITS);
    const full = names.service(named('full'));
    for (let i = 0; i < 20; i++) names.operation(full, word(i));
    const other = names.service(named('other'));
    expect(names.operationName(names.operation(other, 'GET /'))).toBe('GET /');
  });

  it('file services beyond the cap together', () => {
    const names = new Names(LIMITS);
    const ids = Array.from({ length: 50 }, (_, i) => names.service(named(word(i))));
    expect(new Set(ids).size).toBe(LIMITS.maxServices + 1);
    expect(names.serviceCount).toBe(LIMITS.maxServices + 1);
    expect(names.serviceIdentity(ids[49]).name).toBe(OVERFLOW_NAME);
    expect(names.overflowed.service).toBe(50 - LIMITS.maxServices);
  });

  it('hold the cap of each kind of slot, with an overflow for each', () => {
    const names = new Names();
    const service = names.service(named('busy'));
    const ids = new Set<number>();
    for (const kind of ['instance', 'node', 'peer'] as const)
      for (let i = 0; i < 1000; i++) ids.add(names.slot(kind, service, word(i)));
    expect(ids.size).toBe(3 * 201);
    expect(names.slotName(names.slot('peer', service, 'one more'))).toBe(OVERFLOW_NAME);
    expect(names.slotName(names.slot('version', service, '1.0.0'))).toBe('1.0.0');
    expect(names.overflowed.slot).toBe(3 * 800 + 1);
  });

  it('give the room of what is gone to what comes, never its number', () => {
    const names = new Names();
    const service = names.service(named('recycled'));
    const first = names.slot('instance', service, 'pod-0');
    // Thousands of names a week, a few alive.
    let before = first;
    for (let i = 1; i < 3000; i++) {
      const id = names.slot('instance', service, `pod-${i}`);
      expect(names.slotName(id)).toBe(`pod-${i}`);
      names.releaseSlot(before);
      names.releaseSlot(before);
      before = id;
    }
    expect(names.overflowed.slot).toBe(0);
    expect(names.slotName(first)).toBe('pod-0');
    expect(names.serviceOfSlot(first)).toBe(service);
    const again = names.slot('instance', service, 'pod-0');
    expect(again).not.toBe(first);
    // A stale number has no room to give back.
    names.releaseSlot(first);
    expect(names.slot('instance', service, 'pod-0')).toBe(again);
    const restored = new Names();
    restored.restore(names.snapshot());
    expect(restored.slot('instance', service, 'pod-0')).toBe(again);
  });

  it('use up no more numbers than full services would', () => {
    const names = new Names({ ...DEFAULT_NAME_LIMITS, maxServices: 2, maxSlotsPerService: 5 });
    const service = names.service(named('churning'));
    for (let i = 0; i < 1000; i++) names.releaseSlot(names.slot('instance', service, word(i)));
    expect(names.counts().slots).toBeLessThanOrEqual(2 * 5 * 4 + 1);
    expect(names.slotName(names.slot('instance', service, 'late'))).toBe(OVERFLOW_NAME);
  });

  it('keep the same name in two services, and in two kinds of slot, apart', () => {
    const names = new Names();
    const [a, b] = [names.service(named('a')), names.service(named('b'))];
    expect(names.operation(a, 'GET /')).not.toBe(names.operation(b, 'GET /'));
    expect(names.serviceOf(names.operation(b, 'GET /'))).toBe(b);
    expect(names.slot('peer', a, 'x')).not.toBe(names.slot('node', a, 'x'));
    expect(names.slot('peer', a, 'x')).toBe(names.slot('peer', a, 'x'));
  });

  it('keep environments and namespaces apart', () => {
    const names = new Names();
    const ids = ['production', 'staging', ''].flatMap((environment) =>
      ['shop', ''].map((namespace) => names.service({ environment, namespace, name: 'pay' })),
    );
    expect(new Set(ids).size).toBe(6);
    expect(names.serviceIdentity(ids[2])).toEqual({
      environment: 'staging',
      namespace: 'shop',
      name: 'pay',
    });
  });

  it('give absence the number 0', () => {
    const names = new Names();
    expect(names.slot('version', names.service(named('a')), '')).toBe(0);
    expect(names.slotName(0)).toBe('');
    expect(names.operationName(0)).toBe('');
  });

  it('cut what is too long', () => {
    const names = new Names(LIMITS);
    const service = names.service(named('a'.repeat(11)));
    expect(names.serviceIdentity(service).name).toBe('a'.repeat(10));
    expect(names.service(named('a'.repeat(12)))).toBe(service);
    expect(names.operationName(names.operation(service, 'b'.repeat(5000)))).toBe('b'.repeat(10));
    expect(names.slotName(names.slot('peer', service, 'c'.repeat(5000)))).toBe('c'.repeat(10));
  });

  it('share one number for the paths of many users', () => {
    const names = new Names();
    const service = names.service(named('a'));
    const ids = new Set(Array.from({ length: 100 }, (_, i) => names.operation(service, `/user/${i}`)));
    expect(ids.size).toBe(1);
  });
});
