import { type JsonValue, parseJson } from '../../runtime/index.ts';
import type { Store } from '../port.ts';
import { StoreError } from '../store-error.ts';

/** A call that changes the store, as it is written down: what it does depends on nothing but the store before it. */
export interface Operation {
  /** Told apart from all others: who sees it in the log knows whether it is theirs. */
  readonly id: string;
  readonly call: Call;
  readonly args: readonly JsonValue[];
  /** Epoch ms by the caller's clock: the store's clock while it is carried out. */
  readonly at: number;
  /** What the caller writes under: see `Store.fence`. */
  readonly token: number;
}

/** By name, since the names are in the log: a change of one breaks what is written. */
const CALLS = {
  appendEvent: (store: Store, args: never) =>
    store.appendEvent(...(args as Parameters<Store['appendEvent']>)),
  enqueue: (store: Store, args: never) => store.enqueue(...(args as Parameters<Store['enqueue']>)),
  setCursor: (store: Store, args: never) => store.setCursor(...(args as Parameters<Store['setCursor']>)),
  prune: (store: Store, args: never) => store.prune(...(args as Parameters<Store['prune']>)),
  fence: (store: Store, args: never) => store.fence(...(args as Parameters<Store['fence']>)),
  'outbox.markSending': (store: Store, args: never) =>
    store.outbox.markSending(...(args as Parameters<Store['outbox']['markSending']>)),
  'outbox.postpone': (store: Store, args: never) =>
    store.outbox.postpone(...(args as Parameters<Store['outbox']['postpone']>)),
  'outbox.hasten': (store: Store, args: never) => store.outbox.hasten(...(args as [string, number])),
  'outbox.finish': (store: Store, args: never) =>
    store.outbox.finish(...(args as Parameters<Store['outbox']['finish']>)),
  'outbox.finishAll': (store: Store, args: never) =>
    store.outbox.finishAll(...(args as Parameters<Store['outbox']['finishAll']>)),
  'outbox.release': (store: Store, args: never) =>
    store.outbox.release(...(args as Parameters<Store['outbox']['release']>)),
  'outbox.recoverSending': (store: Store) => store.outbox.recoverSending(),
  'outboxAdmin.resend': (store: Store, args: never) => store.outboxAdmin.resend(...(args as [string])),
  'outboxAdmin.drop': (store: Store, args: never) => store.outboxAdmin.drop(...(args as [string, string])),
  'traces.keep': (store: Store, args: never) =>
    store.traces.keep(...(args as Parameters<Store['traces']['keep']>)),
  'logs.keep': (store: Store, args: never) => store.logs.keep(...(args as Parameters<Store['logs']['keep']>)),
  'silences.save': (store: Store, args: never) =>
    store.silences.save(...(args as Parameters<Store['silences']['save']>)),
  'feedback.save': (store: Store, args: never) =>
    store.feedback.save(...(args as Parameters<Store['feedback']['save']>)),
} as const;

export type Call = keyof typeof CALLS;

/** Carries it out on `store`. Its effect has happened when this returns; the promise is its result. */
export function carryOut(store: Store, { call, args }: Operation): Promise<unknown> {
  return CALLS[call](store, args as never);
}

/** Arguments as they are written down; throws for what JSON cannot say. */
export function writtenArgs(args: readonly unknown[]): readonly JsonValue[] {
  const given = [...args];
  // JSON knows no undefined: a left-out argument must stay one.
  while (given.length > 0 && given.at(-1) === undefined) given.pop();
  const parsed = parseJson(JSON.stringify(given));
  return parsed.ok ? (parsed.value as JsonValue[]) : [];
}

/** An operation out of its text. Throws a `StoreError` for what is none, or one of a newer Spanwatch. */
export function readOperation(text: string, where: string): Operation {
  const parsed = parseJson(text);
  const value = parsed.ok ? (parsed.value as Partial<Operation> | null) : null;
  if (typeof value?.call !== 'string' || !Array.isArray(value.args) || typeof value.id !== 'string')
    throw new StoreError('broken', `${where} is no operation: restore the store, or give it another prefix`);
  if (!(value.call in CALLS))
    throw new StoreError(
      'newer',
      `${where} is ${value.call}, which a newer Spanwatch wrote: upgrade this one`,
    );
  return value as Operation;
}
