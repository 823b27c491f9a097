/**
 * Text from outside as one line of visible characters: control characters, line and paragraph separators become
 * spaces, invisible and direction-changing ones (Unicode UAX #9; they can make a line read as another) go away, lone
 * surrogates become U+FFFD, and what is longer than `maxLength` UTF-16 units is cut with an ellipsis, never inside a
 * surrogate pair.
 */
export function printable(text: string, maxLength: number): string {
  const clean = text
    .slice(0, maxLength * 4)
    .toWellFormed()
    .replace(INVISIBLE, '')
    .replace(SPACE_LIKE, ' ')
    .trim();
  return cut(clean, maxLength);
}

/** `text` if it is at most `maxLength` UTF-16 units long, or its beginning with an ellipsis as the last one. */
export function cut(text: string, maxLength: number): string {
  if (text.length <= maxLength) return text;
  const end = isHighSurrogate(text.charCodeAt(maxLength - 2)) ? maxLength - 2 : maxLength - 1;
  return `${text.slice(0, Math.max(0, end))}…`;
}

const INVISIBLE =
  /[\u00ad\u061c\u180e\u200b-\u200f\u202a-\u202e\u2060-\u206f\ufe00-\ufe0f\ufeff\ufff9-\ufffb]|[\u{e0000}-\u{e0fff}]/gu;
// eslint-disable-next-line no-control-regex -- control characters are what is looked for
const SPACE_LIKE = /[\u0000-\u001f\u007f-\u009f\u2028\u2029\s]+/g;

function isHighSurrogate(code: number): boolean {
  return code >= 0xd800 && code <= 0xdbff;
}
