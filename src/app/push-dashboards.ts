import { readdirSync, readFileSync } from 'node:fs';
import { fileURLToPath } from 'node:url';
import {
  type DashboardFile,
  ensureFolder,
  type Folder,
  type GrafanaApi,
  pushDashboard,
  type PushOutcome,
} from '../grafana/index.ts';
import type { Locale } from '../domain/message.ts';
import { parseJson } from '../runtime/index.ts';

const DASHBOARDS = fileURLToPath(new URL('../../dashboards/', import.meta.url));

/** The dashboards that came with this version, in one language. Throws when they are not there. */
export function readDashboards(locale: Locale): DashboardFile[] {
  const folder = `${DASHBOARDS}${locale}/`;
  const files = readdirSync(folder).filter((file) => file.endsWith('.json'));
  return files.toSorted().map((file) => {
    const json = readFileSync(`${folder}${file}`, 'utf8');
    const parsed = parseJson(json);
    const value = parsed.ok ? parsed.value : undefined;
    if (typeof value !== 'object' || value === null || Array.isArray(value))
      throw new Error(`${folder}${file} is no dashboard`);
    const { uid, title } = value;
    if (typeof uid !== 'string' || typeof title !== 'string')
      throw new Error(`${folder}${file} has no uid or no title`);
    return { uid, title, json, dashboard: value };
  });
}

/** All dashboards into a folder, one after the other; what was done before an error stays. Rejects with a `GrafanaError`. */
export async function pushDashboards(
  api: GrafanaApi,
  { folder, locale }: { folder: Folder; locale: Locale },
  onOutcome: (file: DashboardFile, outcome: PushOutcome) => void,
): Promise<void> {
  const files = readDashboards(locale);
  await ensureFolder(api, folder);
  for (const file of files) onOutcome(file, await pushDashboard(api, folder.uid, file));
}
