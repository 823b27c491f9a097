/**
 * Slack's control characters as entities (docs.slack.dev, "Formatting message text"): with them, no `<!channel>`,
 * `<@U…>`, `<#C…>` or `<http…|…>` can be written. At most `maxLength` characters of the escaped text, never cut inside
 * an entity or a surrogate pair.
 */
export function escapeSlack(text: string, maxLength: number): string {
  let escaped = '';
  for (const character of text) {
    const next = ENTITIES[character] ?? character;
    if (escaped.length + next.length > maxLength) return `${trimmed(escaped, maxLength - 1)}…`;
    escaped += next;
  }
  return escaped;
}

/**
 * For the one place that is always parsed as markup, the notification's text: a zero-width space keeps `* _ ~` and
 * back-ticks from pairing, `@` from mentioning, and dots and slashes from becoming links of Slack's making.
 */
export function escapeSlackMarkup(text: string, maxLength: number): string {
  return escapeSlack(text.replace(MARKUP, `$&${ZERO_WIDTH_SPACE}`), maxLength);
}

const ENTITIES: Readonly<Record<string, string>> = { '&': '&amp;', '<': '&lt;', '>': '&gt;' };
const ZERO_WIDTH_SPACE = '\u200b';
/** Between digits (`4.4x`, `03:12`) nothing becomes a link. */
const MARKUP = /[*_~`@#]|(?<=\S)[.:/](?=[^\s\d])/g;

function trimmed(escaped: string, maxLength: number): string {
  let end = Math.min(escaped.length, Math.max(0, maxLength));
  const ampersand = escaped.lastIndexOf('&', end - 1);
  if (ampersand >= 0 && escaped.indexOf(';', ampersand) >= end) end = ampersand;
  const last = escaped.charCodeAt(end - 1);
  if (last >= 0xd800 && last <= 0xdbff) end--;
  return escaped.slice(0, end);
}
