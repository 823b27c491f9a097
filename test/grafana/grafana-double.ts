import { createServer, type IncomingMessage } from 'node:http';
import type { AddressInfo } from 'node:net';

interface Version {
  readonly version: number;
  readonly message: string;
}
interface Stored {
  readonly id: number;
  dashboard: Record<string, unknown>;
  folderUid: string;
  provisioned: boolean;
  readonly versions: Version[];
}

export interface GrafanaDouble {
  readonly url: string;
  readonly folders: Map<string, string>;
  readonly dashboards: Map<string, Stored>;
  /** Method and path of each request. */
  readonly requests: string[];
  /** A person saves a dashboard in the browser. */
  personSaves(uid: string, message?: string): void;
  close(): Promise<void>;
}

/**
 * Grafana's HTTP API as far as a push needs it, with its rules: tokens (401), folders that must exist (400), optimistic versions
 * and titles that are unique in a folder (412 with `status`), a numeric id that must fit the uid (404), uids of 40 characters at the most,
 * provisioned dashboards (400). grafana/grafana: docs/sources/developers/http_api/{dashboard,dashboard_versions,folder}.md
 */
export async function startGrafana({
  token = 'glsa_right',
  versionsAs = 'page',
}: { token?: string; versionsAs?: 'page' | 'list' } = {}): Promise<GrafanaDouble> {
  const folders = new Map<string, string>();
  const dashboards = new Map<string, Stored>();
  const requests: string[] = [];
  const server = createServer((request, response) => {
    void bodyOf(request).then((body) => {
      const path = request.url ?? '';
      requests.push(`${request.method} ${path}`);
      const [status, answer] =
        request.headers.authorization === `Bearer ${token}`
          ? route({ method: request.method ?? '', path, body }, { folders, dashboards, versionsAs })
          : [401, { message: 'Invalid API key' }];
      response.writeHead(status, { 'content-type': 'application/json' }).end(JSON.stringify(answer));
    });
  });
  await new Promise<void>((resolve) => server.listen(0, '127.0.0.1', resolve));
  return {
    url: `http://127.0.0.1:${(server.address() as AddressInfo).port}/`,
    folders,
    dashboards,
    requests,
    personSaves: (uid, message = '') => {
      const stored = dashboards.get(uid);
      if (stored === undefined) throw new Error(`no ${uid}`);
      stored.dashboard = { ...stored.dashboard, panels: [] };
      stored.versions.unshift({ version: stored.versions[0].version + 1, message });
    },
    close: () => new Promise((resolve) => server.close(() => resolve())),
  };
}

type Reply = [number, unknown];
interface State {
  readonly folders: Map<string, string>;
  readonly dashboards: Map<string, Stored>;
  readonly versionsAs: 'page' | 'list';
}

function route(
  { method, path, body }: { method: string; path: string; body: Record<string, unknown> },
  state: State,
): Reply {
  const { folders, dashboards, versionsAs } = state;
  const [, kind, uid] = /^\/api\/(folders|dashboards\/uid)\/([\w-]+)$/.exec(path) ?? [];
  if (method === 'GET' && kind === 'folders')
    return folders.has(uid)
      ? [200, { uid, title: folders.get(uid) }]
      : [404, { message: 'folder not found' }];
  if (method === 'POST' && path === '/api/folders') return makeFolder(folders, body);
  if (method === 'POST' && path === '/api/dashboards/db') return save(state, body);
  if (method === 'GET' && kind === 'dashboards/uid') {
    const stored = dashboards.get(uid);
    if (stored === undefined) return [404, { message: 'Dashboard not found' }];
    const { id, dashboard, folderUid, provisioned, versions } = stored;
    return [
      200,
      { dashboard: { ...dashboard, id, version: versions[0].version }, meta: { folderUid, provisioned } },
    ];
  }
  const [, of] = /^\/api\/dashboards\/uid\/([\w-]+)\/versions\?limit=1$/.exec(path) ?? [];
  const stored = dashboards.get(of);
  if (method !== 'GET' || stored === undefined) return [404, { message: 'Not found' }];
  const versions = stored.versions.slice(0, 1);
  return [200, versionsAs === 'list' ? versions : { continueToken: '', versions }];
}

function makeFolder(folders: Map<string, string>, { uid, title }: Record<string, unknown>): Reply {
  if (typeof title !== 'string' || title === '') return [400, { message: 'folder title cannot be empty' }];
  if (folders.has(String(uid))) return [412, { message: 'a folder with that uid exists' }];
  if ([...folders.values()].includes(title))
    return [409, { message: 'a folder with the same name already exists' }];
  folders.set(String(uid), title);
  return [200, { uid, title }];
}

function save({ folders, dashboards }: State, body: Record<string, unknown>): Reply {
  const dashboard = body['dashboard'] as Record<string, unknown> | undefined;
  const { folderUid, message, overwrite } = body;
  if (typeof dashboard?.['title'] !== 'string' || dashboard['title'] === '')
    return [400, { message: 'Dashboard title cannot be empty' }];
  const uid = String(dashboard['uid']);
  if (uid.length > 40) return [400, { message: 'uid too long' }];
  if (typeof folderUid !== 'string' || !folders.has(folderUid)) return [400, { message: 'folder not found' }];
  const stored = dashboards.get(uid);
  const id = dashboard['id'];
  if (id !== null && id !== stored?.id) return [404, { message: 'Dashboard not found' }];
  if (stored?.provisioned === true) return [400, { message: 'Cannot save provisioned dashboard' }];
  if (stored !== undefined && overwrite !== true && dashboard['version'] !== stored.versions[0].version)
    return [412, { status: 'version-mismatch', message: 'The dashboard has been changed by someone else' }];
  const namesake = [...dashboards].find(
    ([other, one]) =>
      other !== uid && one.folderUid === folderUid && one.dashboard['title'] === dashboard['title'],
  );
  if (namesake !== undefined)
    return [412, { status: 'name-exists', message: 'A dashboard with the same name exists' }];
  const version = (stored?.versions[0].version ?? 0) + 1;
  const saved = { version, message: typeof message === 'string' ? message : '' };
  if (stored === undefined)
    dashboards.set(uid, {
      id: dashboards.size + 1,
      dashboard,
      folderUid,
      provisioned: false,
      versions: [saved],
    });
  else {
    stored.dashboard = dashboard;
    stored.folderUid = folderUid;
    stored.versions.unshift(saved);
  }
  return [200, { uid, status: 'success', version }];
}

async function bodyOf(request: IncomingMessage): Promise<Record<string, unknown>> {
  let text = '';
  for await (const chunk of request.setEncoding('utf8')) text += String(chunk);
  return text === '' ? {} : (JSON.parse(text) as Record<string, unknown>);
}
