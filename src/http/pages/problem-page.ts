import { html } from './html.ts';
import { page } from './page.ts';
import type { PageContext } from './page-context.ts';
import { incidentHref } from './parts.ts';

export type PageProblem = 'notFound' | 'conflict' | 'refused' | 'failed';

/** What went wrong, in words, and where to go on. `detail` replaces the standing explanation. */
export function problemPage(
  context: PageContext,
  problem: PageProblem,
  { incidentId, detail }: { readonly incidentId?: string; readonly detail?: string } = {},
): string {
  const t = context.texts.problems;
  const why = { notFound: t.notFoundWhy, conflict: t.conflictWhy, refused: '', failed: t.failedWhy }[problem];
  const body = html`<div class="panel narrow">
    <h1>${t[problem]}</h1>
    <p>${detail ?? why}</p>
    <p>
      ${
        incidentId === undefined
          ? html`<a href="/">${t.back}</a>`
          : html`<a href="${incidentHref(incidentId)}">${t.look}</a>`
      }
    </p>
  </div>`;
  return page(context, { title: t[problem], body });
}

/** For people beyond loopback; `to` is where they wanted to go, a path of ours. */
export function loginPage(
  context: PageContext,
  { to, problem }: { readonly to: string; readonly problem?: 'wrong' | 'slow' },
): string {
  const t = context.texts.login;
  const body = html`<div class="panel narrow">
    <h1>${t.title}</h1>
    <p>${t.why}</p>
    ${problem !== undefined && html`<p class="wrong" role="alert">${t[problem]}</p>`}
    <form method="post" action="/login">
      <input type="hidden" name="to" value="${to}" />
      <label>
        <span>${t.token}</span>
        <input type="password" name="token" required autocomplete="current-password" autofocus />
      </label>
      <button class="primary">${t.enter}</button>
    </form>
  </div>`;
  return page(context, { title: t.title, body });
}
