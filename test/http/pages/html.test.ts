import fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import { html, jsonIsland, raw } from '../../../src/http/pages/html.ts';

/** Texts as a hostile span would carry them, beside any text at all. */
const hostile = fc.oneof(
  fc.string({ unit: 'binary' }),
  fc.constantFrom(
    '<script>alert(1)</script>',
    '"><img src=x onerror=alert(1)>',
    "' onmouseover='alert(1)",
    '</script><script>alert(1)</script>',
    '<!--<script>',
    ']]>',
    '`${alert(1)}`',
    '&lt;script&gt;',
    '\u202etxet\u202c',
    '\u0000\ud800',
  ),
);

describe('the html tag', () => {
  it('any text from outside never yields markup, between tags or inside an attribute', () => {
    fc.assert(
      fc.property(hostile, hostile, (text, more) => {
        const { markup } = html`<p title="${text}">${more}</p>`;
        const match = /^<p title="([^"<>'`]*)">([^<>"'`]*)<\/p>$/.exec(markup);
        expect(match).not.toBeNull();
        // Each ampersand begins one of our entities.
        for (const part of match?.slice(1) ?? [])
          expect(part.replace(/&(amp|lt|gt|quot|#39|#96);/g, '')).not.toContain('&');
      }),
    );
  });

  it('what it shows is the text: unescaping gives it back, without what must not be in a page', () => {
    const entities = { amp: '&', lt: '<', gt: '>', quot: '"', '#39': "'", '#96': '`' };
    fc.assert(
      fc.property(fc.string(), (text) => {
        const shown = html`${text}`.markup.replace(
          /&(amp|lt|gt|quot|#39|#96);/g,
          (_, name: keyof typeof entities) => entities[name],
        );
        expect(shown).toBe(text);
      }),
    );
  });

  it('text direction cannot be turned, and controls do not get through', () => {
    expect(html`${'a\u202eb\u2066c\u0000d\u001be\ud800'}`.markup).toBe('abcde\ufffd');
  });

  it('markup is taken as it is only by an explicit type; nothing is nothing; lists are joined', () => {
    expect(html`${raw('<b>')}${'<b>'}${undefined}${false}${[html`<i></i>`, 1, '&']}`.markup).toBe(
      '<b>&lt;b&gt;<i></i>1&amp;',
    );
  });
});

describe('a JSON island', () => {
  it('any data comes back as it was, and nothing in it can end the element', () => {
    fc.assert(
      fc.property(fc.array(hostile), fc.double({ noNaN: true }), (texts, number) => {
        const { markup } = jsonIsland('data', { texts, number });
        const match = /^<script type="application\/json" id="data">([^<>&]*)<\/script>$/.exec(markup);
        expect(match).not.toBeNull();
        expect(JSON.parse(match?.[1] ?? '')).toEqual(JSON.parse(JSON.stringify({ texts, number })));
      }),
    );
  });
});
