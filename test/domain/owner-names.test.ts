import { describe, expect, it } from 'vitest';
import { OwnerNames } from '../../src/domain/owner-names.ts';
import { traceIdForms, writtenIds } from '../../src/domain/trace-id-forms.ts';

describe('owners by their own word', () => {
  it('are the newest of a service, cut, and bounded', () => {
    const owners = new OwnerNames(2);
    owners.note(7, owners.number(' shop '));
    expect([owners.of(7), owners.of(8)]).toEqual(['shop', '']);
    owners.note(7, owners.number('x'.repeat(500)));
    expect(owners.of(7)).toBe('x'.repeat(100));
    owners.note(7, owners.number('one too many'));
    owners.note(7, owners.number(''));
    expect(owners.of(7)).toBe('x'.repeat(100));
  });
});

describe('a trace id as tools write it', () => {
  it('has three forms', () => {
    expect(traceIdForms('0AF7651916CD43DD8448EB211C80319C')).toEqual({
      w3c: '0af7651916cd43dd8448eb211c80319c',
      b3: '8448eb211c80319c',
      uber: 'af7651916cd43dd8448eb211c80319c',
    });
    expect(writtenIds('00000000000000000448eb211c80319c')).toEqual([
      '00000000000000000448eb211c80319c',
      '0448eb211c80319c',
      '448eb211c80319c',
    ]);
  });

  it('is looked for by no form that every line has, and by none that is no id', () => {
    expect(writtenIds('1')).toEqual(['00000000000000000000000000000001', '0000000000000001']);
    expect(writtenIds('0'.repeat(32))).toEqual([]);
    expect(writtenIds('a|.*')).toEqual([]);
    expect(writtenIds('')).toEqual([]);
    // A low half of zeros is no id of its own.
    expect(writtenIds(`${'a'.repeat(16)}${'0'.repeat(16)}`)).toEqual([`${'a'.repeat(16)}${'0'.repeat(16)}`]);
  });
});
