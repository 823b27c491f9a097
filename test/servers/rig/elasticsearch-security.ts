import { pbkdf2Sync, randomBytes } from 'node:crypto';
import { cpSync, mkdirSync, readdirSync, renameSync, rmSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { Agent, request } from 'undici';
import { installedOnce } from './cache.ts';
import {
  addOwnModule,
  ELASTICSEARCH_VERSION,
  installElasticsearch,
  startNode,
  unpackDescriptor,
} from './elasticsearch.ts';
import { fetchJars } from './maven.ts';
import { freePorts, type ServerProcess } from './process.ts';

/** Only SAML is written against opensaml, which the registries do not have; nobody logs in by it here. The rest is twice in its jars, or is SAML's. */
const LEFT_OUT: readonly string[] = [
  'org.opensaml:*',
  'net.shibboleth.utilities:*',
  'org.apache.santuario:*',
  'org.cryptacular:*',
  'com.sun.mail:*',
  'com.github.stephenc.jcip:*',
];
/** The verifier would look for opensaml's classes in classes that are loaded and never run. */
const UNVERIFIED: readonly string[] = ['-XX:+UnlockDiagnosticVMOptions', '-XX:-BytecodeVerificationRemote'];
const BOSS = { username: 'boss', password: 'boss-of-the-tests' } as const;
/** What Elasticsearch takes for a hash of its file realm: `{PBKDF2}ROUNDS$SALT$HASH` (reference, "User cache and password hash algorithms"). */
const ROUNDS = 10_000;

/** The node of elasticsearch.ts with Elastic's own security module: users, roles, API keys, TLS, under the basic licence that a node gives itself. */
export async function installSecureElasticsearch(): Promise<string> {
  const plain = await installElasticsearch();
  return installedOnce(`elasticsearch-${ELASTICSEARCH_VERSION}-security`, async (folder) => {
    cpSync(plain, folder, { recursive: true });
    const fetched = join(folder, 'fetched');
    mkdirSync(fetched);
    const group = 'org.elasticsearch.plugin';
    await fetchJars(fetched, [
      { group, artifact: 'x-pack-core', version: ELASTICSEARCH_VERSION },
      { group, artifact: 'x-pack-security', version: ELASTICSEARCH_VERSION, without: LEFT_OUT },
    ]);
    const own = new Set(readdirSync(join(folder, 'lib')));
    for (const jar of readdirSync(join(fetched, 'lib')).filter((name) => !own.has(name))) {
      // What security needs it finds by core, whose classes it sees.
      const module = jar.startsWith('x-pack-security-') ? 'x-pack-security' : 'x-pack-core';
      mkdirSync(join(folder, 'modules', module), { recursive: true });
      renameSync(join(fetched, 'lib', jar), join(folder, 'modules', module, jar));
    }
    rmSync(fetched, { recursive: true });
    for (const name of ['x-pack-core', 'x-pack-security'])
      await unpackDescriptor(join(folder, 'modules', name), name);
    await addOwnModule(folder, 'email-analysis', 'EmailAnalysis');
  });
}

export interface SecureElasticsearch extends ServerProcess {
  /** `https://localhost:PORT` */
  readonly url: string;
  /** Makes a user with these rights and no others. */
  createUser(login: { readonly username: string; readonly password: string }, rights: Rights): Promise<void>;
  /** Makes an API key with these rights and no others; as a client sends it. */
  createApiKey(rights: Rights): Promise<string>;
}

/** As a role says them. */
export interface Rights {
  readonly cluster: readonly string[];
  readonly indices: readonly { readonly names: readonly string[]; readonly privileges: readonly string[] }[];
}

/** `tls`: PEM; the certificate is for `localhost`, and is its own authority. */
export async function startSecureElasticsearch({
  folder,
  tls,
}: {
  readonly folder: string;
  readonly tls: { readonly cert: string; readonly key: string };
}): Promise<SecureElasticsearch> {
  const home = await installSecureElasticsearch();
  const [port, transport] = await freePorts(2);
  const ports = [port, transport] as const;
  const url = `https://localhost:${port}`;
  const config = join(folder, 'config');
  mkdirSync(config, { recursive: true });
  writeFileSync(join(config, 'node.pem'), tls.cert);
  writeFileSync(join(config, 'node.key'), tls.key);
  const salt = randomBytes(32);
  const hash = pbkdf2Sync(BOSS.password, salt, ROUNDS, 32, 'sha512');
  const stored = `{PBKDF2}${ROUNDS}$${salt.toString('base64')}$${hash.toString('base64')}`;
  writeFileSync(join(config, 'users'), `${BOSS.username}:${stored}\n`);
  writeFileSync(join(config, 'users_roles'), `superuser:${BOSS.username}\n`);
  const dispatcher = new Agent({ connect: { ca: tls.cert } });
  const login = Buffer.from(`${BOSS.username}:${BOSS.password}`).toString('base64');
  const headers = { authorization: `Basic ${login}` };
  const settings = [
    'xpack.security.enabled: true',
    'xpack.security.http.ssl.enabled: true',
    'xpack.security.http.ssl.key: node.key',
    'xpack.security.http.ssl.certificate: node.pem',
  ];
  const health = { url, dispatcher, headers };
  const server = await startNode({ folder, ports, home, jvm: UNVERIFIED, settings, health });
  const ask = async (method: 'PUT' | 'POST', path: string, body: object): Promise<unknown> => {
    const answer = await request(`${url}${path}`, {
      ...{ method, dispatcher, body: JSON.stringify(body) },
      headers: { ...headers, 'content-type': 'application/json' },
    });
    const text = await answer.body.text();
    if (answer.statusCode !== 200) throw new Error(`${path}: HTTP ${answer.statusCode}: ${text}`);
    return JSON.parse(text);
  };
  return {
    ...server,
    url,
    createUser: async ({ username, password }, rights) => {
      await ask('PUT', `/_security/role/${username}`, rights);
      await ask('PUT', `/_security/user/${username}`, { password, roles: [username] });
    },
    createApiKey: async (rights) => {
      const body = { name: 'spanwatch', role_descriptors: { spanwatch: rights } };
      return ((await ask('POST', '/_security/api_key', body)) as { encoded: string }).encoded;
    },
    stop: async () => {
      await dispatcher.close();
      await server.stop();
    },
  };
}
