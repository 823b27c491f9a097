import { asArray, asObject, asText, type JsonObject } from '../../../src/simulator/vendors/json-fields.ts';

/** Text for HTML. */
export function text(value: string): string {
  return value.replace(/[&<>"']/g, (character) => `&#${character.charCodeAt(0)};`);
}

export function link(label: string, url: string, className = ''): string {
  const href = /^https?:\/\//.test(url) ? url : '#';
  return `<a${className === '' ? '' : ` class="${className}"`} href="${text(href)}">${text(label)}</a>`;
}

export function paragraphs(value: string, className = ''): string {
  const attribute = className === '' ? '' : ` class="${className}"`;
  return `<p${attribute}>${text(value).replaceAll('\n', '<br>\n')}</p>`;
}

export function button(label: string, style = ''): string {
  return `<span class="button ${style}">${text(label)}</span>`;
}

export function facts(rows: readonly (readonly [string, string])[]): string {
  const cells = rows.map(([label, value]) => `<tr><th>${text(label)}</th><td>${text(value)}</td></tr>`);
  return `<table>${cells.join('\n')}</table>`;
}

export function json(value: unknown): string {
  return `<pre>${text(JSON.stringify(value, null, 2))}</pre>`;
}

export const objects = (value: JsonObject[string] | undefined): JsonObject[] =>
  asArray(value).map((one) => asObject(one) ?? {});
export const at = (object: JsonObject | undefined, ...path: readonly string[]): JsonObject | undefined =>
  path.reduce<JsonObject | undefined>((inner, key) => asObject(inner?.[key]), object);
export { asArray, asObject, asText, type JsonObject };

/** The part of Markdown that DingTalk and WeCom read: headings, bold, lists as they are, links; two spaces break a line. */
export function markdown(source: string): string {
  return source
    .split('\n\n')
    .map((block) => {
      const heading = /^(#{1,6}) (.*)$/s.exec(block);
      if (heading !== null) return `<h3>${inline(heading[2])}</h3>`;
      return `<p>${inline(block).replace(/ *\n/g, '<br>\n')}</p>`;
    })
    .join('\n');
}

function inline(source: string): string {
  const parts = source.split(/(\[[^\]]*\]\([^)\s]*\)|\*\*[^*]+\*\*)/);
  return parts
    .map((part) => {
      const found = /^\[([^\]]*)\]\(([^)\s]*)\)$/.exec(part);
      if (found !== null) return link(found[1], found[2]);
      const bold = /^\*\*([^*]+)\*\*$/.exec(part);
      return bold === null ? text(part) : `<b>${text(bold[1])}</b>`;
    })
    .join('');
}
