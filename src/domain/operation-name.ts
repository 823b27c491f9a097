/**
 * Operation names as templates: ids, hashes and numbers in paths become placeholders, so that `/user/17` and
 * `/user/18` share a baseline. The rules are those that HTTP route templates need most (OpenTelemetry semantic
 * conventions, http.route: "low-cardinality"): a segment of digits, a UUID, a long hex or mixed token.
 * Method names with versions (`v1`, `Http2Client`) are left alone.
 */
export function normaliseOperation(name: string): string {
  const text = withoutControls(withoutQuery(name));
  if (!/[0-9]/.test(text)) return text;
  return text
    .replace(UUID, '{uuid}')
    .replace(LONG_HEX, '{hex}')
    .replace(NUMBER_SEGMENT, '{n}')
    .replace(MIXED_SEGMENT, replaceToken);
}

const UUID = /\b[0-9a-f]{8}-[0-9a-f]{4}-[0-9a-f]{4}-[0-9a-f]{4}-[0-9a-f]{12}\b/gi;
/** Twelve is the shortest of the common hash and object-id lengths that no English word of a-f letters reaches. */
const LONG_HEX = /\b(?=[a-f]*[0-9])[0-9a-f]{12,}\b/gi;
/** A number standing alone between separators: `/17/`, `:17`, `-17`, ` 17`, `=17`. */
const NUMBER_SEGMENT = /(?<=^|[/:=\s#_-])\d+(?=$|[/:=\s#_?.,-])/g;
const MIXED_SEGMENT = /(?<=^|[/:=])[A-Za-z0-9_-]{16,}(?=$|[/:=])/g;

/** A long segment with three digits or more among letters is a token of a machine's making, not a word. */
function replaceToken(token: string): string {
  const digits = token.replace(/\D/g, '').length;
  return digits >= 3 && digits < token.length ? '{token}' : token;
}

function withoutQuery(name: string): string {
  if (name.charCodeAt(0) !== 47 && !/^[A-Z]+ \//.test(name)) return name;
  const query = name.indexOf('?');
  return query < 0 ? name : name.slice(0, query);
}

function withoutControls(name: string): string {
  // eslint-disable-next-line no-control-regex -- control characters are what is looked for
  return /[\u0000-\u001f\u007f]/.test(name) ? name.replace(/[\u0000-\u001f\u007f]/g, ' ') : name;
}
