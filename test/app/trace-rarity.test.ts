import { expect, it } from 'vitest';
import { rarityOf } from '../../src/app/trace-rarity.ts';

const [ODD, PLAIN] = [true, false];

it.each<[string, number, number | undefined, boolean, string]>([
  ['a million to one, where ordinary ones are far from it', 14, 4, PLAIN, 'certain'],
  ['less, though one in 200 is beyond it', 13, 4, PLAIN, 'likely'],
  ['a million to one by theory, which ordinary ones reach', 21, 20, PLAIN, 'likely'],
  ['as far beyond ordinary ones as that is rarer', 29, 20, PLAIN, 'certain'],
  ['what one in 200 reaches, whatever theory says', 20, 20, PLAIN, 'weak'],
  ['the same, odd as a whole', 20, 20, ODD, 'odd'],
  ['odd as a whole, and rare in a part', 21, 20, ODD, 'likely'],
  ['a million to one, where nothing usual was learned', 14, undefined, PLAIN, 'certain'],
  ['less, where nothing usual was learned', 13, undefined, PLAIN, 'weak'],
])('%s', (_, strength, usual, outlier, said) => {
  expect(rarityOf({ strength, usual, outlier })).toBe(said);
});
