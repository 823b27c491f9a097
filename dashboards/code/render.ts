import { buildDashboard, uidOf } from './build.ts';
import { DASHBOARDS } from './dashboards.ts';
import type { Locale } from './texts.ts';

/** File names and contents of all dashboards in one language. */
export function renderDashboards(locale: Locale): ReadonlyMap<string, string> {
  return new Map(
    DASHBOARDS.map((spec) => {
      // `version` is Grafana's own count of saves, and no part of what is generated.
      const { version: _, ...dashboard } = buildDashboard(spec, locale);
      return [`${uidOf(spec.name, locale)}.json`, `${JSON.stringify(dashboard, null, 2)}\n`];
    }),
  );
}
