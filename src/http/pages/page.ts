import { blindBanner } from './blind-part.ts';
import { html, type Html, type HtmlValue, raw } from './html.ts';
import type { PageContext } from './page-context.ts';
import type { PageTexts } from './texts.ts';

export interface PageContent {
  readonly title: string;
  /** Which entry of the navigation it is under; absent on pages that anyone may see: they name nothing that is watched. */
  readonly section?: keyof PageTexts['nav'];
  readonly body: HtmlValue;
  /** Modules besides the one of live updates. */
  readonly charts?: boolean;
  /** Incident that live updates are about; '' for any change. Absent: the page does not change by itself. */
  readonly follows?: string;
}

const SECTIONS = [
  ['incidents', '/'],
  ['map', '/map'],
  ['services', '/services'],
  ['status', '/status'],
] as const;

/** A whole document: head, navigation, content. No inline style or script anywhere: the policy forbids them. */
export function page(context: PageContext, content: PageContent): string {
  const { texts, path, session, parts } = context;
  const { title, section, body, charts = false, follows } = content;
  const live = follows !== undefined && parts.changes !== undefined;
  const other = texts.otherLanguage;
  const document = html`${raw('<!doctype html>')}
    <html lang="${texts.lang}">
      <head>
        <meta charset="utf-8" />
        <meta name="viewport" content="width=device-width, initial-scale=1" />
        <meta name="color-scheme" content="light dark" />
        <title>${title} · Spanwatch</title>
        <link rel="icon" href="/assets/icon.svg" type="image/svg+xml" />
        ${charts && html`<link rel="stylesheet" href="/assets/uplot.css" />`}
        <link rel="stylesheet" href="/assets/page.css" />
        ${charts && html`<script type="module" src="/assets/charts.js"></script>`}
        <script type="module" src="/assets/times.js"></script>
        ${live && html`<script type="module" src="/assets/live.js"></script>`}
      </head>
      <body>
        <a class="skip" href="#main">${texts.skip}</a>
        <header class="bar">
          <a class="brand" href="/">${ICON}<span>Spanwatch</span></a>
          <nav>
            ${SECTIONS.map(
              ([name, href]) =>
                html`<a href="${href}" ${raw(name === section ? 'aria-current="page"' : '')}
                  >${texts.nav[name]}</a
                >`,
            )}
          </nav>
          <span class="bar-end">
            <a href="${otherLanguage(path, other.code)}" lang="${other.code}" hreflang="${other.code}"
              >${other.name}</a
            >
            ${
              session &&
              html`<form method="post" action="/logout"><button class="plain">${texts.logOut}</button></form>`
            }
          </span>
        </header>
        <main id="main" tabindex="-1" ${live ? html`data-follows="${follows}"` : ''}>
          ${section !== undefined && blindBanner(context)}${body}
        </main>
      </body>
    </html>`;
  return document.markup;
}

/** The same page in the other language. */
function otherLanguage(path: string, code: string): string {
  const [before, query = ''] = path.split('?', 2);
  const search = new URLSearchParams(query);
  search.set('lang', code);
  return `${before}?${search.toString()}`;
}

/** A span that stands out of its line. */
const ICON = raw(
  '<svg class="icon" viewBox="0 0 24 24" width="22" height="22" aria-hidden="true">' +
    '<rect x="2" y="4" width="13" height="4" rx="2"/><rect x="6" y="10" width="6" height="4" rx="2"/>' +
    '<rect class="icon-hot" x="9" y="16" width="13" height="4" rx="2"/></svg>',
);

export type { Html };
