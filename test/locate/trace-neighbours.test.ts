import { describe, expect, it } from 'vitest';
import { Assembler, DEFAULT_ASSEMBLE_LIMITS, TraceBuilder } from '../../src/assemble/index.ts';
import { SpanBatch } from '../../src/domain/span-batch.ts';
import type { Suspect } from '../../src/domain/suspect.ts';
import type { Trace } from '../../src/domain/trace.ts';
import { traceNeighbours } from '../../src/locate/index.ts';
import { scaleOf, world, type World } from './judgements.ts';

const suspect = (service: string, more: Partial<Suspect> = {}): Suspect => ({
  kind: 'service',
  ...{ environment: '', namespace: '', service },
  component: '',
  share: 1,
  cause: 'code',
  because: [],
  against: [],
  ...more,
});

/** web calls cart and pay; cart calls stock; pay asks the bank; cart and stock ask postgres. */
const SPANS: readonly (readonly [id: number, parent: number, service: string, peer?: string])[] = [
  [1, 0, 'web'],
  [2, 1, 'cart'],
  [3, 1, 'pay'],
  [4, 2, 'stock'],
  [5, 3, 'pay', 'bank'],
  [6, 2, 'cart', 'postgres'],
  [7, 4, 'stock', 'postgres'],
];

function ask(
  hot: Readonly<Record<string, number>>,
  suspects: readonly Suspect[],
  change: (made: World, scale: ReturnType<typeof scaleOf>) => void = () => undefined,
): { relation: string; component: string; usual: boolean }[] {
  const made = world();
  const scale = scaleOf(made, hot);
  change(made, scale);
  const { names } = made.table;
  const batch = new SpanBatch(names);
  for (const [id, parent, name, peer = ''] of SPANS) {
    const i = batch.push();
    const service = names.service({ environment: '', namespace: '', name });
    batch.traceId[i * 4] = 1;
    batch.spanId[i * 2] = id;
    batch.parentId[i * 2] = parent;
    batch.service[i] = service;
    batch.operation[i] = names.operation(service, 'any');
    batch.peer[i] = names.slot('peer', service, peer);
    batch.startUs[i] = 1e15 + id;
    batch.durationUs[i] = 1000;
  }
  let found: ReturnType<typeof ask> = [];
  const onTrace = (trace: Trace): void => {
    found = traceNeighbours(made.table, scale, trace, suspects).map(({ relation, row, usual }) => ({
      relation,
      component: made.keys[row],
      usual,
    }));
  };
  const assembler = new Assembler(DEFAULT_ASSEMBLE_LIMITS, new TraceBuilder(names), onTrace);
  assembler.add(batch);
  assembler.flush();
  return found;
}

const namesOf = (found: ReturnType<typeof ask>): string[] =>
  found.map(({ relation, component }) => `${relation} ${component}`);

describe('not to blame beside the first suspect of a trace are', () => {
  it('who calls it, whom it calls and what it asks, and who is called beside it', () => {
    expect(namesOf(ask({ 'self(cart, Get)': 9 }, [suspect('cart')]))).toEqual([
      'caller self(web, GET /)',
      'callee self(stock, Find)',
      'callee dependency(cart -> postgres)',
      'sibling self(pay, Charge)',
    ]);
  });

  it('those that ask a peer, when that is to blame', () => {
    const hot = { 'dependency(pay -> bank)': 9 };
    const bank = suspect('pay', { kind: 'dependency', peer: 'bank', cause: 'dependency' });
    expect(namesOf(ask(hot, [bank]))).toEqual(['caller self(pay, Charge)']);
  });

  it('nobody who stands out, in any of its operations', () => {
    const hot = { 'self(cart, Get)': 9, 'self(pay, Refund)': 3.5, 'self(stock, Find)': 4 };
    expect(namesOf(ask(hot, [suspect('cart')]))).toEqual([
      'caller self(web, GET /)',
      'callee dependency(cart -> postgres)',
    ]);
  });

  it('no other suspect', () => {
    const found = ask({ 'self(cart, Get)': 9 }, [suspect('cart'), suspect('web', { share: 0.3 })]);
    expect(namesOf(found)).not.toContain('caller self(web, GET /)');
  });

  it('shown by what is furthest above usual of it, and said to be so', () => {
    const found = ask({ 'self(cart, Get)': 9, 'self(pay, Refund)': 1 }, [suspect('cart')]);
    expect(found.find(({ relation }) => relation === 'sibling')).toEqual({
      relation: 'sibling',
      component: 'self(pay, Refund)',
      usual: false,
    });
    expect(found.find(({ relation }) => relation === 'caller')?.usual).toBe(true);
  });

  it('its own code, where the network to it is', () => {
    const found = ask({ 'response(web -> cart, Get)': 9 }, [suspect('cart', { cause: 'network' })]);
    expect(namesOf(found)[0]).toBe('itself self(cart, Get)');
    const slow = { 'response(web -> cart, Get)': 9, 'self(cart, Get)': 4 };
    expect(namesOf(ask(slow, [suspect('cart', { cause: 'network' })]))).not.toContain(
      'itself self(cart, Get)',
    );
  });

  it('judged by failures where it fails, and only who has none', () => {
    const failing = suspect('cart', { cause: 'errors' });
    const none = (made: World, scale: ReturnType<typeof scaleOf>): void => {
      for (const key of ['error(web, GET /)', 'error(pay, Charge)'])
        scale.observed[made.keys.indexOf(key)] = 0;
    };
    expect(namesOf(ask({ 'error(cart, Get)': 9 }, [failing], none))).toEqual([
      'caller error(web, GET /)',
      'sibling error(pay, Charge)',
    ]);
  });

  it('not known where calls went missing', () => {
    expect(
      ask({ 'calls(cart, Get -> cart, Find)': 9 }, [suspect('cart', { cause: 'missing-calls' })]),
    ).toEqual([]);
  });
});
