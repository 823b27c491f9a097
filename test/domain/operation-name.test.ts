import fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import { normaliseOperation } from '../../src/domain/operation-name.ts';
import { leastMs } from '../setup/least-ms.ts';

describe('operation names', () => {
  it.each([
    ['a number between slashes', '/user/17', '/user/{n}'],
    ['several numbers', 'GET /user/17/order/4711', 'GET /user/{n}/order/{n}'],
    ['a number at the end of a word group', 'job-12', 'job-{n}'],
    ['a number after a colon', 'GET /v1/item:17', 'GET /v1/item:{n}'],
    ['a UUID', '/cart/3F2504E0-4f89-11d3-9a0c-0305e82c3301', '/cart/{uuid}'],
    ['a UUID and a number', '/c/3f2504e0-4f89-11d3-9a0c-0305e82c3301/2', '/c/{uuid}/{n}'],
    ['a long hash', 'GET /blob/d41d8cd98f00b204e9800998ecf8427e', 'GET /blob/{hex}'],
    ['an object id', '/doc/507f1f77bcf86cd799439011', '/doc/{hex}'],
    ['a machine-made token', '/session/aZ3kQ9xT7bLm0pRs', '/session/{token}'],
    ['a query string', '/search?q=shoes&page=2', '/search'],
    ['a query string after a method', 'GET /search?q=17', 'GET /search'],
    ['control characters', 'GET /a\u0000b\nc', 'GET /a b c'],
  ])('replaces %s', (_, name, expected) => {
    expect(normaliseOperation(name)).toBe(expected);
  });

  it.each([
    'GET /v1/users',
    'Http2Client.send',
    'hipstershop.CartService/AddItem',
    'SELECT o1.id FROM orders',
    'sha256',
    'Is it there?',
    '/facade/decade/cafe',
    'oauth2/token',
    'GET /{id}',
    '注文 支払い',
    '',
  ])('leaves %j alone', (name) => {
    expect(normaliseOperation(name)).toBe(name);
  });

  const piece = fc.constantFrom(
    ...'/:=-_# .?,',
    'user',
    '17',
    'v1',
    '0a1b2c3d4e5f',
    '3f2504e0-4f89-11d3-9a0c-0305e82c3301',
    'aZ3kQ9xT7bLm0pRs',
    'GET ',
    '\u0000',
    '{n}',
  );
  it('is settled after one pass', () => {
    const names = fc.oneof(
      fc.string({ unit: 'binary' }),
      fc.array(piece).map((p) => p.join('')),
    );
    fc.assert(
      fc.property(names, (name) => {
        const once = normaliseOperation(name);
        expect(normaliseOperation(once)).toBe(once);
      }),
      { numRuns: 400 },
    );
  });

  it('takes time in proportion to the length, not its square', () => {
    for (const hostile of [
      'a1'.repeat(100_000),
      '-1'.repeat(100_000),
      '1'.repeat(200_000),
      '/a1-'.repeat(50_000),
    ]) {
      expect(
        leastMs(() => normaliseOperation(hostile)),
        hostile.slice(0, 9),
      ).toBeLessThan(500);
    }
  });
});
