import { createHash } from 'node:crypto';
import type { JsonValue } from '../runtime/index.ts';
import { type Answer, type GrafanaApi, GrafanaError } from './api.ts';

/** A dashboard as it is in a file of ours. */
export interface DashboardFile {
  readonly uid: string;
  readonly title: string;
  /** The JSON text, which decides whether anything changed. */
  readonly json: string;
  readonly dashboard: Readonly<Record<string, JsonValue>>;
}

export interface Folder {
  readonly uid: string;
  readonly title: string;
}

export type PushOutcome =
  | { readonly kind: 'created' | 'updated' | 'unchanged' }
  /** Left as it is; `reason` in our words. */
  | { readonly kind: 'left-alone'; readonly reason: string };

/** Begins the message of each version that we save: a newest version without it is a person's. */
const OUR_MESSAGE = 'spanwatch dashboards push';
const TAKEN = [409, 412];

/** Makes the folder when it is not there. */
export async function ensureFolder(api: GrafanaApi, { uid, title }: Folder): Promise<void> {
  const there = await api.get(`/api/folders/${uid}`);
  if (there.status === 200 && field(there.body, 'uid') === uid) return;
  if (there.status !== 404) throw refused(`to look for the folder ${uid}`, there);
  const made = await api.post('/api/folders', { uid, title });
  // Somebody was faster, or the title is taken: then the first look tells which.
  if (TAKEN.includes(made.status) && (await api.get(`/api/folders/${uid}`)).status === 200) return;
  const isTaken = TAKEN.includes(made.status);
  if (made.status !== 200)
    throw refused(
      `the folder ${title}`,
      made,
      isTaken ? '; --folder takes its uid, or choose another --folder-title' : '',
    );
}

/**
 * Saves a dashboard under its uid. One whose newest version somebody else saved stays as it is, and so does one that file
 * provisioning or a plugin owns; one that is as it should be is not saved again. A save between our look and ours is refused by Grafana, since
 * the version that we saw goes along (`overwrite: false`).
 */
export async function pushDashboard(
  api: GrafanaApi,
  folderUid: string,
  { uid, json, dashboard }: DashboardFile,
): Promise<PushOutcome> {
  const hash = createHash('sha256').update(json).digest('hex').slice(0, 12);
  const message = `${OUR_MESSAGE} ${hash}`;
  const there = await api.get(`/api/dashboards/uid/${uid}`);
  if (there.status === 404) return save(api, { dashboard, folderUid, message, overwrite: false }, 'created');
  if (there.status !== 200) throw refused(`dashboard ${uid}`, there);
  if (field(field(there.body, 'meta'), 'provisioned') === true)
    return { kind: 'left-alone', reason: 'it comes from provisioning files' };
  const newest = await newestMessage(api, uid);
  if (!newest.startsWith(OUR_MESSAGE)) return { kind: 'left-alone', reason: 'a person changed it' };
  if (newest === message) return { kind: 'unchanged' };
  const known = field(there.body, 'dashboard');
  const version = field(known, 'version');
  // Where people moved it, it stays.
  const folder = field(field(there.body, 'meta'), 'folderUid');
  const body = {
    dashboard: { ...dashboard, id: field(known, 'id') ?? null, version: version ?? 0 },
    ...{ folderUid: typeof folder === 'string' ? folder : folderUid, message, overwrite: false },
  };
  return save(api, body, 'updated');
}

async function save(api: GrafanaApi, body: object, kind: 'created' | 'updated'): Promise<PushOutcome> {
  const saved = await api.post('/api/dashboards/db', body);
  if (saved.status === 200) return { kind };
  if (saved.status !== 412) throw refused('a dashboard', saved);
  switch (field(saved.body, 'status')) {
    case 'version-mismatch':
      return { kind: 'left-alone', reason: 'somebody saved it at the same time' };
    case 'name-exists':
      return { kind: 'left-alone', reason: 'another dashboard in the folder has its title' };
    case 'plugin-dashboard':
      return { kind: 'left-alone', reason: 'it belongs to a plugin' };
    default:
      throw refused('a dashboard', saved);
  }
}

/** Up to Grafana 11 the versions are a list, since then a page of one. */
async function newestMessage(api: GrafanaApi, uid: string): Promise<string> {
  const answer = await api.get(`/api/dashboards/uid/${uid}/versions?limit=1`);
  const list = Array.isArray(answer.body) ? answer.body : field(answer.body, 'versions');
  if (answer.status !== 200 || !Array.isArray(list)) throw refused(`versions of ${uid}`, answer);
  const message = field(list[0], 'message');
  return typeof message === 'string' ? message : '';
}

function field(value: JsonValue | undefined, name: string): JsonValue | undefined {
  if (typeof value !== 'object' || value === null || Array.isArray(value)) return undefined;
  return value[name];
}

/** Grafana's own words, shortened. */
function refused(what: string, { status, body }: Answer, hint = ''): GrafanaError {
  const said = field(body, 'message');
  const words = typeof said === 'string' ? `: ${said.slice(0, 200)}` : '';
  return new GrafanaError('refused', `Grafana refused ${what} (${status})${words}${hint}`);
}
