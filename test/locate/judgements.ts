import type { Judgement, ScaleJudgement } from '../../src/detect/port.ts';
import { parseComponent } from '../../src/domain/component-grammar.ts';
import { ComponentTable } from '../../src/domain/component-table.ts';
import { Names } from '../../src/domain/names.ts';

export interface World {
  readonly table: ComponentTable;
  readonly keys: readonly string[];
}

/** web calls cart and pay; cart calls stock; pay asks a bank and sends messages that mail takes; cart and stock ask one database. */
const KEYS = [
  'self(web, GET /)',
  'self(cart, Get)',
  'self(pay, Charge)',
  'self(pay, Refund)',
  'self(stock, Find)',
  'self(mail, Send)',
  'queue(pay -> mail, Send)',
  'request(web -> cart, Get)',
  'response(web -> cart, Get)',
  'request(web -> pay, Charge)',
  'response(web -> pay, Charge)',
  'request(web -> pay, Refund)',
  'response(web -> pay, Refund)',
  'request(cart -> stock, Find)',
  'response(cart -> stock, Find)',
  'dependency(pay -> bank)',
  'dependency(cart -> postgres)',
  'dependency(stock -> postgres)',
  'error(web, GET /)',
  'error(cart, Get)',
  'error(pay, Charge)',
  'error(stock, Find)',
  'calls(web, GET / -> web, Charge)',
  'calls(web, GET / -> web, Get)',
  'calls(cart, Get -> cart, Find)',
  'total(web, GET /)',
  'outlier(web, GET /)',
];

export function world(): World {
  const table = new ComponentTable(new Names());
  for (const key of KEYS) table.intern(parseComponent(key));
  return { table, keys: KEYS };
}

/** All calm but what is named, with its log Bayes factor. */
export function scaleOf(
  { table, keys }: World,
  hot: Readonly<Record<string, number>>,
  scale = 1,
): ScaleJudgement {
  const known = new Set(keys);
  for (const key of Object.keys(hot)) if (!known.has(key)) throw new Error(`no such component: ${key}`);
  const logBayes = Float64Array.from(keys, (key) => hot[key] ?? -3);
  return {
    scale,
    length: keys.length,
    component: Int32Array.from(keys, (key) => table.intern(parseComponent(key))),
    count: new Float64Array(keys.length).fill(50),
    // What is hot is more, but calls, which go missing.
    observed: Float64Array.from(logBayes, (value, i) =>
      value <= 0 ? 8 : keys[i].startsWith('calls') ? 1 : 9,
    ),
    expected: new Float64Array(keys.length).fill(8),
    z: Float64Array.from(logBayes, (value) => (value > 0 ? 8 : 0)),
    logBayes,
  };
}

export function judgementOf(made: World, hot: Readonly<Record<string, number>>): Judgement {
  return { toMs: Date.UTC(2026, 4, 1, 12), scales: [scaleOf(made, hot)] };
}
