import type { PageTexts } from './texts.ts';

/** The sentence over an incident's page, and what it is made of. */
export const enHeadline: PageTexts['headline'] = {
  sentence: ({ what, figures, since, sure }) => `${what}${figures} since ${since}; ${sure}.`,
  resolved: ({ what, figures, lasted }) => `Over: ${what} at its worst${figures} for ${lasted}.`,
  figures: (what, observed, expected) => ` (${what} ${observed}, normally ${expected})`,
  bothFigures: (what, now, worst, expected) =>
    ` (${what} ${now}, at its worst ${worst}, normally ${expected})`,
  atWorst: (what) => `${what} at its worst`,
  backToNormal: (now) => `now ${now}: back within its normal band`,
  now: (value) => `now ${value}`,
  beforeYouAct:
    'The first suspect is back within its normal band now: see whether that lasts before you change anything',
  sure: {
    sure: (name, share) => `almost certainly ${name} (${share} of the excess)`,
    likely: (name, share) => `most likely ${name} (${share} of the excess)`,
    unsure: (name, share) => `not sure yet, perhaps ${name} (${share} of the excess)`,
  },
};
