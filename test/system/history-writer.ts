import { History } from '../../src/history/index.ts';
import { parseComponent } from '../../src/domain/component-grammar.ts';
import { ComponentTable } from '../../src/domain/component-table.ts';
import { Names } from '../../src/domain/names.ts';
import { SummaryBatch, WINDOW_MS } from '../../src/domain/summary.ts';
import { createMetrics, createRandom, createWallClock, silentLogger } from '../../src/runtime/index.ts';

// A process that writes windows as fast as it goes, and says after each flush how far it is: to be killed.
const [path = '', from = '0'] = process.argv.slice(2);
const table = new ComponentTable(new Names());
const runtime = {
  clock: createWallClock(),
  logger: silentLogger(),
  metrics: createMetrics(),
  random: createRandom(1),
};
const history = new History(table, [], { path, keepMs: [1e9, 1e10, 1e11], maxBytes: 2 ** 30 }, runtime);
const component = table.intern(parseComponent('error(pay, Charge)'));
for (let window = Number(from); ; window++) {
  const batch = new SummaryBatch(1);
  batch.windowStartMs = window * WINDOW_MS;
  const row = batch.addRow(component);
  batch.count[row] = 1;
  history.observe(batch);
  if (window % 7 !== 0) continue;
  history.flush();
  process.stdout.write(`${window}\n`);
}
