import fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import { COMPONENT_KINDS, type Component } from '../../src/domain/component.ts';
import { parseComponent, printComponent } from '../../src/domain/component-grammar.ts';

/** Any string at all, with the grammar's own characters, controls and lone surrogates far more often than by chance. */
const text = fc.oneof(
  fc.string({ unit: 'binary' }),
  fc.string({
    unit: fc.constantFrom(
      ...'%,()[]@/=> -ab\u0000\n\u007f\u2028é😀',
      '%2C',
      ' -> ',
      ', ',
      '\ud800',
      '\udc00',
    ),
  }),
);
const service = fc.record({ environment: text, namespace: text, name: text });

function componentOf(kind: Component['kind']): fc.Arbitrary<Component> {
  const slots = fc.record({ instance: text, version: text }, { requiredKeys: [] });
  const owner =
    kind === 'dependency'
      ? fc.record({ service, peer: text })
      : kind === 'request' || kind === 'response' || kind === 'queue'
        ? fc.record({ service, callee: service, calleeOperation: text })
        : kind === 'calls'
          ? fc.record({ service, operation: text, callee: service, calleeOperation: text })
          : fc.record({ service, operation: text });
  return fc.tuple(owner, slots).map(([o, s]) => ({ kind, ...o, ...s }));
}

const component = fc.oneof(...COMPONENT_KINDS.map(componentOf));

/** Keys are well-formed text: a lone surrogate becomes U+FFFD, as it would on its way into any file. */
function wellFormed<T>(value: T): T {
  if (typeof value === 'string') return value.toWellFormed() as T;
  if (typeof value !== 'object' || value === null) return value;
  return Object.fromEntries(Object.entries(value).map(([key, v]) => [key, wellFormed(v)])) as T;
}

describe('the component grammar', () => {
  it('parses what it printed, whatever the names', () => {
    fc.assert(
      fc.property(component, (c) => {
        expect(parseComponent(printComponent(c))).toEqual(wellFormed({ ...c }));
      }),
      { numRuns: 600 },
    );
  });

  it('prints different components differently', () => {
    fc.assert(
      fc.property(component, component, (a, b) => {
        const same = JSON.stringify(wellFormed(a)) === JSON.stringify(wellFormed(b));
        if (!same && printComponent(a) === printComponent(b)) {
          // The order of keys is no difference.
          expect(wellFormed(a)).toEqual(wellFormed(b));
        }
      }),
      { numRuns: 300 },
    );
  });

  it('prints a key on one line without controls', () => {
    fc.assert(
      fc.property(component, (c) => {
        // eslint-disable-next-line no-control-regex -- controls are what must not be there
        expect(printComponent(c)).not.toMatch(/[\u0000-\u001f\u007f]/);
      }),
    );
  });

  const shop = (name: string) => ({ environment: 'demo', namespace: 'shop', name });
  it.each<[string, Component]>([
    ['self(pay@demo/shop, POST /charge)', { kind: 'self', service: shop('pay'), operation: 'POST /charge' }],
    ['dependency(pay@demo/shop -> postgres)', { kind: 'dependency', service: shop('pay'), peer: 'postgres' }],
    [
      'request(web@demo/shop -> pay@demo/shop, Charge)',
      { kind: 'request', service: shop('web'), callee: shop('pay'), calleeOperation: 'Charge' },
    ],
    [
      'calls(web@demo/shop, GET / -> pay@demo/shop, Charge)',
      {
        kind: 'calls',
        service: shop('web'),
        operation: 'GET /',
        callee: shop('pay'),
        calleeOperation: 'Charge',
      },
    ],
    [
      'error(pay, Charge)[instance=pay-0,version=1.2]',
      {
        kind: 'error',
        service: { environment: '', namespace: '', name: 'pay' },
        operation: 'Charge',
        instance: 'pay-0',
        version: '1.2',
      },
    ],
  ])('reads as people write it: %s', (key, c) => {
    expect(printComponent(c)).toBe(key);
    expect(parseComponent(key)).toEqual(c);
  });

  it.each([
    '',
    'self',
    'self()',
    'self(pay)',
    'self(pay, a',
    'self(pay, a)x',
    'nonsense(pay, a)',
    'SELF(pay, a)',
    'dependency(pay)',
    'dependency(pay -> a -> b)',
    'request(web, a)',
    'request(web -> pay)',
    'calls(web -> pay, a)',
    'self(pay, a)[pod=1]',
    'self(pay, a)[instance]',
    'self(pay, a)[]x',
    'self(pay, a)(b, c)',
    ' self(pay, a)',
    'self(pay, a)\n',
  ])('refuses %j with a SyntaxError that quotes it', (key) => {
    expect(() => parseComponent(key)).toThrow(SyntaxError);
  });

  it('throws nothing but a SyntaxError, whatever the text', () => {
    fc.assert(
      fc.property(fc.oneof(text, component.map(printComponent)), fc.nat(), (key, at) => {
        const broken = key.slice(0, at % (key.length + 1)) + key.slice((at % (key.length + 1)) + 1);
        try {
          parseComponent(broken);
        } catch (error) {
          expect(error).toBeInstanceOf(SyntaxError);
        }
      }),
      { numRuns: 400 },
    );
  });
});
