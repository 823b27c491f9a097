import { readFileSync } from 'node:fs';
import { pushDashboards } from '../app/push-dashboards.ts';
import type { Locale } from '../domain/message.ts';
import { createGrafanaApi, GrafanaError } from '../grafana/index.ts';
import { readArguments } from './arguments.ts';
import type { Command } from './command.ts';
import { CommandError, UsageError } from './usage-error.ts';

const help = `spanwatch dashboards push --url http://grafana:3000 --token-file FILE [--locale en|zh] [--folder UID] [--folder-title TITLE]

Puts the dashboards of this version into a Grafana, by its HTTP API. A second time it does nothing; after an update of
Spanwatch it updates them. A dashboard that a person saved since is left as it is, and named. docs/grafana.md says more.

      --url           Grafana's address
      --token-file    file with a service account's token (role Editor)
      --locale        en (default) or zh; both can be in one Grafana
      --folder        uid of the folder, made when it is not there; default spanwatch
      --folder-title  its title when it is made; default Spanwatch
`;

export const dashboardsCommand: Command = {
  name: 'dashboards',
  summary: 'puts the dashboards into a Grafana',
  help,
  run: async (args, terminal) => {
    const options = ['url', 'token-file', 'locale', 'folder', 'folder-title'];
    const parsed = readArguments(
      args,
      Object.fromEntries(options.map((name) => [name, { type: 'string' as const }])),
    );
    if (parsed.positionals.join(' ') !== 'push') throw new UsageError('expected "push"');
    const [url, tokenFile] = [parsed.text('url'), parsed.text('token-file')];
    if (url === undefined || !/^https?:\/\/[^\s?#]+$/.test(url) || !URL.canParse(url))
      throw new UsageError('--url is an http or https address');
    if (tokenFile === undefined) throw new UsageError('--token-file is missing');
    const locale = localeOf(parsed.text('locale') ?? 'en');
    const uid = parsed.text('folder') ?? 'spanwatch';
    if (!/^[\w-]{1,40}$/.test(uid))
      throw new UsageError('--folder is a uid: up to 40 letters, digits, "-" and "_"');
    const folder = { uid, title: parsed.text('folder-title') ?? 'Spanwatch' };
    if (isInTheClear(url))
      terminal.err(
        'spanwatch dashboards: the token goes over plain HTTP; use https where the way is not yours\n',
      );
    const api = createGrafanaApi({ url, token: readToken(tokenFile) });
    try {
      await pushDashboards(api, { folder, locale }, ({ uid: of }, outcome) => {
        const said = outcome.kind === 'left-alone' ? `left alone: ${outcome.reason}` : outcome.kind;
        terminal.out(`${of}  ${said}\n`);
      });
      return 0;
    } catch (error) {
      if (error instanceof GrafanaError) throw new CommandError(error.message);
      throw error;
    }
  },
};

function isInTheClear(url: string): boolean {
  const { protocol, hostname } = new URL(url);
  return protocol === 'http:' && !/^(localhost|127\.\d+\.\d+\.\d+|\[::1\])$/.test(hostname);
}

function localeOf(text: string): Locale {
  if (text !== 'en' && text !== 'zh') throw new UsageError('--locale is en or zh');
  return text;
}

function readToken(path: string): string {
  let token: string;
  try {
    token = readFileSync(path, 'utf8').trim();
  } catch {
    throw new CommandError(`cannot read ${path}`);
  }
  if (!/^[\x21-\x7e]+$/.test(token))
    throw new CommandError(`${path} does not hold a token: one line without spaces`);
  return token;
}
