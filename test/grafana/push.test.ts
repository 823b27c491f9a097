import { mkdtempSync, rmSync, writeFileSync } from 'node:fs';
import { createServer } from 'node:http';
import type { AddressInfo } from 'node:net';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { afterEach, beforeEach, describe, expect, it } from 'vitest';
import { runCommandLine } from '../../src/cli/index.ts';
import { createGrafanaApi, pushDashboard } from '../../src/grafana/index.ts';
import { type GrafanaDouble, startGrafana } from './grafana-double.ts';

let folder: string;
let grafana: GrafanaDouble;
beforeEach(async () => {
  folder = mkdtempSync(join(tmpdir(), 'spanwatch-push-'));
  grafana = await startGrafana();
});
afterEach(async () => {
  await grafana.close();
  rmSync(folder, { recursive: true, force: true });
});

async function push(more: readonly string[] = [], token = 'glsa_right') {
  return pushTo(grafana.url, more, token);
}

async function pushTo(url: string, more: readonly string[] = [], token = 'glsa_right') {
  const tokenFile = join(folder, 'token');
  writeFileSync(tokenFile, `${token}\n`);
  let [out, err] = ['', ''];
  const code = await runCommandLine(
    ['dashboards', 'push', '--url', url, '--token-file', tokenFile, ...more],
    {
      out: (text) => (out += text),
      err: (text) => (err += text),
      interactive: false,
      color: false,
      stopped: new Promise(() => undefined),
    },
  );
  return { code, out, err };
}

const dashboard = (title: string) => ({
  uid: 'spanwatch-overview',
  title,
  json: title,
  dashboard: { id: null, uid: 'spanwatch-overview', title },
});

describe('spanwatch dashboards push', () => {
  it('makes the folder and the dashboards, and does nothing the second time', async () => {
    const first = await push();
    expect(first).toMatchObject({ code: 0, err: '' });
    expect(first.out.split('\n').filter((line) => line.endsWith('  created'))).toHaveLength(7);
    expect(grafana.folders.get('spanwatch')).toBe('Spanwatch');
    expect([...grafana.dashboards.values()].every(({ folderUid }) => folderUid === 'spanwatch')).toBe(true);
    const before = grafana.requests.length;
    const second = await push();
    expect(second.out.split('\n').filter((line) => line.endsWith('  unchanged'))).toHaveLength(7);
    expect(grafana.requests.slice(before).filter((one) => one.startsWith('POST'))).toEqual([]);
  });

  it('has both languages beside each other', async () => {
    await push();
    expect((await push(['--locale', 'zh'])).out).toContain('spanwatch-overview-zh  created');
    expect(grafana.dashboards.size).toBe(14);
  });

  it('leaves what a person saved as it is, and says so', async () => {
    await push();
    grafana.personSaves('spanwatch-overview', 'my own panels');
    const { code, out } = await push();
    expect(code).toBe(0);
    expect(out).toContain('spanwatch-overview  left alone: a person changed it');
    expect(grafana.dashboards.get('spanwatch-overview')?.dashboard['panels']).toEqual([]);
  });

  it('leaves what comes from provisioning files', async () => {
    await push();
    const stored = grafana.dashboards.get('spanwatch-service');
    if (stored !== undefined) stored.provisioned = true;
    expect((await push()).out).toContain('spanwatch-service  left alone: it comes from provisioning files');
  });

  it.each([
    ['a wrong token', [], 'glsa_wrong', /does not know the token/],
    [
      'a folder whose title is taken',
      ['--folder', 'other'],
      'glsa_right',
      /refused the folder Spanwatch \(409\): .+; --folder takes its uid/,
    ],
  ] as const)('ends with 1 and one line for %s', async (_, more, token, said) => {
    grafana.folders.set('theirs', 'Spanwatch');
    const { code, err } = await push(more, token);
    expect(code).toBe(1);
    expect(err).toMatch(said);
    expect(err).not.toContain(token);
    expect(err.trim().split('\n')).toHaveLength(1);
  });

  it.each([
    ['no address', ['--url', 'grafana']],
    ['an address that is none', ['--url', 'http://grafana:port']],
    ['an unknown language', ['--locale', 'fr']],
    ['no uid', ['--folder', 'a b']],
  ])('ends with 2 for %s', async (_, more) => {
    expect((await push(more)).code).toBe(2);
  });

  it.each<[string, number, Record<string, string>, string, RegExp]>([
    [
      'a web server',
      200,
      {},
      '<html>',
      /does not answer as Grafana's API does \(200, no JSON\): is the address/,
    ],
    [
      'a path without Grafana',
      404,
      {},
      'not found',
      /does not answer as Grafana's API does \(404, no JSON\)/,
    ],
    [
      'an API that is not Grafana',
      200,
      {},
      '{"status":"ok"}',
      /refused to look for the folder spanwatch \(200\)/,
    ],
    [
      'a proxy that wants https',
      301,
      { location: 'https://grafana.example/' },
      '',
      /leads elsewhere \(301, https:/,
    ],
  ])('says that %s is not Grafana, and asks it no second time', async (_, status, headers, body, said) => {
    let asked = 0;
    const other = createServer((_request, response) => {
      asked++;
      response.writeHead(status, headers).end(body);
    });
    await new Promise<void>((resolve) => other.listen(0, '127.0.0.1', resolve));
    const { port } = other.address() as AddressInfo;
    const { code, err } = await pushTo(`http://me:secret@127.0.0.1:${port}`);
    await new Promise((resolve) => other.close(resolve));
    expect(code).toBe(1);
    expect(err).toMatch(said);
    expect(err).not.toMatch(/secret|glsa_/);
    expect(asked).toBe(1);
  });

  it('warns of plain HTTP to another machine, and not to this one', async () => {
    expect((await pushTo('http://0.0.0.0:1')).err).toContain('plain HTTP');
    expect((await pushTo('http://127.0.0.1:1')).err).not.toContain('plain HTTP');
  });

  it('ends with 1 when nothing answers', async () => {
    await grafana.close();
    const { code, err } = await push();
    expect(code).toBe(1);
    expect(err).toContain('does not answer');
    grafana = await startGrafana();
  });
});

describe('pushing a dashboard that changed', () => {
  it.each(['page', 'list'] as const)(
    'updates it where people moved it; versions come as a %s',
    async (versionsAs) => {
      const own = await startGrafana({ versionsAs });
      try {
        const api = createGrafanaApi({ url: own.url, token: 'glsa_right' });
        own.folders.set('spanwatch', 'Spanwatch').set('elsewhere', 'Elsewhere');
        expect(await pushDashboard(api, 'spanwatch', dashboard('one'))).toEqual({ kind: 'created' });
        const stored = own.dashboards.get('spanwatch-overview');
        if (stored !== undefined) stored.folderUid = 'elsewhere';
        expect(await pushDashboard(api, 'spanwatch', dashboard('two'))).toEqual({ kind: 'updated' });
        expect(stored).toMatchObject({ folderUid: 'elsewhere', dashboard: { title: 'two' } });
        expect(stored?.versions.map(({ version }) => version)).toEqual([2, 1]);
      } finally {
        await own.close();
      }
    },
  );

  it('loses to a person who saves at the same time', async () => {
    const api = createGrafanaApi({ url: grafana.url, token: 'glsa_right' });
    grafana.folders.set('spanwatch', 'Spanwatch');
    await pushDashboard(api, 'spanwatch', dashboard('one'));
    const racing = {
      ...api,
      post: (path: string, body: object) => {
        grafana.personSaves('spanwatch-overview');
        return api.post(path, body);
      },
    };
    expect(await pushDashboard(racing, 'spanwatch', dashboard('two'))).toEqual({
      kind: 'left-alone',
      reason: 'somebody saved it at the same time',
    });
  });

  it('loses to a person who makes one of the same uid at the same time', async () => {
    const api = createGrafanaApi({ url: grafana.url, token: 'glsa_right' });
    grafana.folders.set('spanwatch', 'Spanwatch');
    const racing = {
      ...api,
      post: async (path: string, body: object) => {
        const theirs = { id: null, uid: 'spanwatch-overview', title: 'theirs' };
        await api.post(path, { dashboard: theirs, folderUid: 'spanwatch' });
        return api.post(path, body);
      },
    };
    expect(await pushDashboard(racing, 'spanwatch', dashboard('ours'))).toMatchObject({ kind: 'left-alone' });
    expect(grafana.dashboards.get('spanwatch-overview')?.dashboard['title']).toBe('theirs');
  });

  it('does not take the title of another one', async () => {
    const api = createGrafanaApi({ url: grafana.url, token: 'glsa_right' });
    grafana.folders.set('spanwatch', 'Spanwatch');
    await pushDashboard(api, 'spanwatch', dashboard('one'));
    const other = { ...dashboard('one'), uid: 'other', dashboard: { id: null, uid: 'other', title: 'one' } };
    expect(await pushDashboard(api, 'spanwatch', other)).toMatchObject({ kind: 'left-alone' });
  });
});
