import { mkdirSync, writeFileSync } from 'node:fs';
import { fileURLToPath } from 'node:url';
import { parseArgs } from 'node:util';
import { renderDashboards } from './render.ts';
import { LOCALES } from './texts.ts';

// `npm run dashboards [-- --locale en|zh]`: the JSON beside this folder, from the code in it.
const { values } = parseArgs({ options: { locale: { type: 'string' } } });
const chosen = LOCALES.filter((locale) => values.locale === undefined || values.locale === locale);
if (chosen.length === 0) {
  process.stderr.write(`--locale is one of ${LOCALES.join(', ')}\n`);
  process.exit(2);
}
const root = fileURLToPath(new URL('..', import.meta.url));
for (const locale of chosen) {
  mkdirSync(`${root}/${locale}`, { recursive: true });
  for (const [file, json] of renderDashboards(locale)) writeFileSync(`${root}/${locale}/${file}`, json);
}
