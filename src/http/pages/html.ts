/**
 * Markup that is safe to send. Made by the `html` tag, which escapes every value that is not `Html` itself, so that text
 * from spans cannot become markup by being forgotten.
 */
export class Html {
  readonly markup: string;

  constructor(markup: string) {
    this.markup = markup;
  }
}

export type HtmlValue = Html | string | number | false | undefined | readonly HtmlValue[];

/** Template tag: literals are markup, values are text. `false` and `undefined` are nothing; lists are joined. */
export function html(literals: TemplateStringsArray, ...values: readonly HtmlValue[]): Html {
  let markup = literals[0];
  for (let i = 0; i < values.length; i++) markup += toMarkup(values[i]) + literals[i + 1];
  return new Html(markup);
}

/** Markup of our own making, taken as it is. Never of anything that came from outside. */
export function raw(markup: string): Html {
  return new Html(markup);
}

function toMarkup(value: HtmlValue): string {
  if (value instanceof Html) return value.markup;
  if (value === undefined || value === false) return '';
  if (typeof value === 'object') return value.map(toMarkup).join('');
  return escapeText(String(value));
}

/**
 * Safe between tags and inside quoted attributes: the five characters of the HTML standard's serialisation, and those
 * that cannot stand in a document at all (U+0000, lone surrogates) or that turn the direction of what follows.
 */
export function escapeText(text: string): string {
  return text
    .toWellFormed()
    .replace(UNSEEN, '')
    .replace(/[&<>"'`]/g, (character) => ENTITIES[character]);
}

/** Controls except tab and line breaks; bidirectional marks, overrides and isolates (UAX #9); non-characters. */
const UNSEEN =
  // eslint-disable-next-line no-control-regex -- controls are what is looked for
  /[\u0000-\u0008\u000b\u000c\u000e-\u001f\u007f-\u009f\u200e\u200f\u202a-\u202e\u2066-\u2069\ufffe\uffff]/g;

const ENTITIES: Readonly<Record<string, string>> = {
  '&': '&amp;',
  '<': '&lt;',
  '>': '&gt;',
  '"': '&quot;',
  "'": '&#39;',
  '`': '&#96;',
};

/**
 * Data for a module of ours: `<script type="application/json">`, which no browser runs. `<`, `>`, `&` and the line
 * separators are written as JSON escapes, so that no text inside can end the element or open a comment in it (HTML
 * standard, "Restrictions for contents of script elements").
 */
export function jsonIsland(id: string, data: unknown): Html {
  const json = JSON.stringify(data).replace(
    /[<>&\u2028\u2029]/g,
    (character) => `\\u${character.charCodeAt(0).toString(16).padStart(4, '0')}`,
  );
  return html`<script type="application/json" id="${id}">
    ${raw(json)}
  </script>`;
}
