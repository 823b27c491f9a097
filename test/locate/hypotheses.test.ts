import { expect, it } from 'vitest';
import { parseComponent } from '../../src/domain/component-grammar.ts';
import { CAUSES } from '../../src/locate/causes.ts';
import { scoreHypotheses } from '../../src/locate/hypotheses.ts';
import { UnitIndex } from '../../src/locate/unit-index.ts';
import { scaleOf, world } from './judgements.ts';

it('who takes no messages is not asked whether any wait: nothing cold could speak against it', () => {
  const made = world();
  const units = new UnitIndex(made.table);
  const scale = scaleOf(made, { 'self(pay, Charge)': 28, 'self(mail, Send)': 28 });
  const asked = scoreHypotheses(units, scale, new Set(), 30)
    .filter(({ cause }) => CAUSES[cause].name === 'queue')
    .map(({ unit }) => unit);
  const [mail] = units.touches(made.table.intern(parseComponent('queue(pay -> mail, Send)')));
  expect(asked).toEqual([mail.unit]);
});
