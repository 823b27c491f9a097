import type { Config } from './schema.ts';

/** What no single field can say. `path` names the key that should change. */
export interface BrokenRule {
  readonly path: string;
  readonly message: string;
}

export function brokenRules(config: Config): readonly BrokenRule[] {
  return [
    ...openListeners(config),
    ...takenTwice(config),
    ...repeatedNames('sources', config.sources),
    ...repeatedNames('channels', config.channels),
    ...impossibleWaits(config),
  ];
}

/** Loopback is 127.0.0.0/8, ::1 and the name localhost. */
export function isLoopback(host: string): boolean {
  return host === 'localhost' || host === '::1' || /^127(\.\d{1,3}){3}$/.test(host);
}

function listeners(config: Config): { path: string; host: string; port: number; open: boolean }[] {
  const all = [
    { path: 'http', ...config.http },
    ...config.sources.map((each, i) => ({ path: `sources[${i}]`, ...each })),
  ];
  return all.map(({ path, host, port, token, insecure }) => ({
    path,
    host,
    port,
    open: !isLoopback(host) && token === undefined && !insecure,
  }));
}

function openListeners(config: Config): BrokenRule[] {
  return listeners(config)
    .filter(({ open }) => open)
    .map(({ path, host }) => ({
      path: `${path}.host`,
      message: `${host} is reachable from other machines: set ${path}.token, or ${path}.insecure: true to do without`,
    }));
}

function takenTwice(config: Config): BrokenRule[] {
  const owners = new Map<number, string>();
  const broken: BrokenRule[] = [];
  for (const { path, port } of listeners(config).filter((each) => each.port !== 0)) {
    const owner = owners.get(port);
    if (owner === undefined) owners.set(port, path);
    else broken.push({ path: `${path}.port`, message: `port ${port} is already that of ${owner}` });
  }
  return broken;
}

function repeatedNames(section: string, parts: readonly { readonly name: string }[]): BrokenRule[] {
  return parts.flatMap(({ name }, i) => {
    const first = parts.findIndex((other) => other.name === name);
    if (first === i) return [];
    return [
      { path: `${section}[${i}].name`, message: `the name ${name} is already that of ${section}[${first}]` },
    ];
  });
}

function impossibleWaits({ assemble }: Config): BrokenRule[] {
  const broken: BrokenRule[] = [];
  for (const key of ['quietMs', 'incompleteMs'] as const) {
    if (assemble[key] <= assemble.maxAgeMs) continue;
    broken.push({
      path: `assemble.${key}`,
      message: `${assemble[key]} is more than assemble.maxAgeMs (${assemble.maxAgeMs}), so it would never be waited`,
    });
  }
  return broken;
}
