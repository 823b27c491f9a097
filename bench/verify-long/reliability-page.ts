import type { CheckResult } from './check.ts';

export interface PageSection {
  readonly name: string;
  readonly title: string;
  readonly body: string;
}

export const RELIABILITY_HEAD = `# Reliability: what was measured

Written by \`npm run verify:long -- [--only NAME] [--data DIR]\`; each section is replaced when its check is run, and says when and where that was. What the parts promise is in [operations.md](operations.md).
`;

/** The page with `ran` in place of the sections of the same name; what was not run stays as it is. `order`: all names. */
export function updatePage(
  page: string,
  ran: readonly PageSection[],
  order: readonly string[],
  head = RELIABILITY_HEAD,
): string {
  const sections = new Map(readSections(page).map((section) => [section.name, section]));
  for (const section of ran) sections.set(section.name, section);
  const known = order.flatMap((name) => sections.get(name) ?? []);
  const others = [...sections.values()].filter(({ name }) => !order.includes(name));
  const texts = [...known, ...others].map(
    ({ name, title, body }) =>
      `<!-- check: ${name} -->\n\n## ${title}\n\n${body.trim()}\n\n<!-- end: ${name} -->\n`,
  );
  return [head, ...texts].join('\n');
}

/** A check's result as the body of its section. `where`: one line about the run. */
export function sectionBody({ markdown, rows }: CheckResult, where: string): string {
  const cell = (text: string): string => text.replaceAll('|', '\\|').replaceAll('\n', ' ');
  const table = rows.map(
    ({ promise, measured, ok }) => `| ${cell(promise)} | ${cell(measured)} | ${ok ? 'yes' : '**NO**'} |`,
  );
  return [where, '', '| promise | measured | held |', '|---|---|---|', ...table, '', markdown.trim()].join(
    '\n',
  );
}

function readSections(page: string): PageSection[] {
  const pattern = /<!-- check: (\S+) -->\n\n## ([^\n]*)\n\n([\s\S]*?)\n\n<!-- end: \1 -->/g;
  return [...page.matchAll(pattern)].map(([, name, title, body]) => ({ name, title, body }));
}
