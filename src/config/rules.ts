import { isCronExpression } from '../runtime/cron-times.ts';
import type { BrokenRule, ReadConfig } from './broken-rule.ts';
import { certificateRules } from './rules-certificates.ts';
import { logRules } from './rules-logs.ts';
import { policyRules } from './rules-policy.ts';
import { staticRules } from './rules-static.ts';
import type { Config } from './schema.ts';

export function brokenRules(config: ReadConfig): readonly BrokenRule[] {
  return [
    ...openListeners(config),
    ...portsTakenTwice(config),
    ...repeatedNames('sources', config.sources),
    ...repeatedNames('channels', config.channels),
    ...repeatedNames('sinks', config.sinks),
    ...impossibleWaits(config),
    ...bodiesWithoutRoom(config),
    ...badSchedules(config),
    ...policyRules(config),
    ...repeatedNames('rules', config.rules),
    ...staticRules(config),
    ...placesOfElasticsearch(config),
    ...keysWithoutToken(config),
    ...loginsInHalf(config),
    ...logRules(config),
    ...certificateRules(config),
  ];
}

/** Loopback is 127.0.0.0/8, ::1 and the name localhost. */
export function isLoopback(host: string): boolean {
  return host === 'localhost' || host === '::1' || /^127(\.\d{1,3}){3}$/.test(host);
}

interface Listener {
  readonly part: string;
  readonly host: string;
  readonly port: number;
  readonly open: boolean;
}

function listeners(config: ReadConfig): readonly Listener[] {
  const describe = (part: string, { host, port, token, insecure }: Config['http']): Listener => {
    return { part, host, port, open: !isLoopback(host) && token === undefined && !insecure };
  };
  const sources = config.sources.flatMap((source, i) =>
    source !== undefined && 'port' in source ? [describe(`sources[${i}]`, source)] : [],
  );
  return [describe('http', config.http), ...sources];
}

function openListeners(config: ReadConfig): BrokenRule[] {
  return listeners(config)
    .filter(({ open }) => open)
    .map(({ part, host }) => ({
      part,
      path: `${part}.host`,
      message: `${host} is reachable from other machines: set ${part}.token, or ${part}.insecure: true to do without`,
    }));
}

function portsTakenTwice(config: ReadConfig): BrokenRule[] {
  const owners = new Map<number, string>();
  const broken: BrokenRule[] = [];
  for (const { part, port } of listeners(config).filter((each) => each.port !== 0)) {
    const owner = owners.get(port);
    if (owner === undefined) owners.set(port, part);
    else broken.push({ part, path: `${part}.port`, message: `port ${port} is already that of ${owner}` });
  }
  return broken;
}

function repeatedNames(
  list: string,
  parts: readonly ({ readonly name: string } | undefined)[],
): BrokenRule[] {
  return parts.flatMap((part, i) => {
    const first = part === undefined ? i : parts.findIndex((other) => other?.name === part.name);
    if (part === undefined || first === i) return [];
    const message = `the name ${part.name} is already that of ${list}[${first}]`;
    return [{ part: `${list}[${i}]`, path: `${list}[${i}].name`, message }];
  });
}

function impossibleWaits({ assemble }: ReadConfig): BrokenRule[] {
  return (['quietMs', 'incompleteMs'] as const)
    .filter((key) => assemble[key] > assemble.maxAgeMs)
    .map((key) => ({
      part: 'assemble',
      path: `assemble.${key}`,
      message: `${assemble[key]} is more than assemble.maxAgeMs (${assemble.maxAgeMs}), so it would never be waited`,
    }));
}

/** A body that never fits beside what it inflates to would be answered 429 for ever. */
function bodiesWithoutRoom({ overload, sources }: ReadConfig): BrokenRule[] {
  return sources.flatMap((source, i) => {
    if (source?.type !== 'otlp-http') return [];
    const needed = source.maxBodyBytes + source.maxInflatedBytes;
    if (needed <= overload.maxInFlightBytes) return [];
    const message = `with maxInflatedBytes it is ${needed}, more than overload.maxInFlightBytes (${overload.maxInFlightBytes}): such a body would never be taken`;
    return [{ part: `sources[${i}]`, path: `sources[${i}].maxBodyBytes`, message }];
  });
}

function badSchedules({ learning, sources }: ReadConfig): BrokenRule[] {
  const polls = sources.flatMap((source, i) =>
    source !== undefined && 'schedule' in source && !isCronExpression(source.schedule)
      ? [{ part: `sources[${i}]`, path: `sources[${i}].schedule`, message: noCron(source.schedule) }]
      : [],
  );
  const own = (['forestRefit', 'snapshot'] as const)
    .filter((key) => learning[key] !== 'off' && !isCronExpression(learning[key]))
    .map((key) => ({
      part: 'learning',
      path: `learning.${key}`,
      message: noCron(learning[key]),
    }));
  return [...own, ...polls];
}

function noCron(text: string): string {
  return `${JSON.stringify(text)} has a field that cron does not know (minute hour day month weekday)`;
}

/** The key alone does nothing: people would look for buttons that are not there. */
function keysWithoutToken({ channels }: ReadConfig): BrokenRule[] {
  return channels.flatMap((channel, i) => {
    const part = `channels[${i}]`;
    if (channel?.type === 'feishu-app' && channel.encryptKey && !channel.verificationToken) {
      const message = 'it needs verificationToken beside it: without that there are no buttons';
      return [{ part, path: `${part}.encryptKey`, message }];
    }
    return channel?.type === 'slack-bot' && channel.appId !== undefined && !channel.signingSecret
      ? [{ part, path: `${part}.appId`, message: 'it is for buttons, which need signingSecret beside it' }]
      : [];
  });
}

function loginsInHalf({ channels }: ReadConfig): BrokenRule[] {
  return channels.flatMap((channel, i) => {
    if (channel?.type !== 'email' || (channel.user === undefined) === (channel.password === undefined))
      return [];
    const [given, missing] = channel.user === undefined ? ['password', 'user'] : ['user', 'password'];
    const part = `channels[${i}]`;
    return [{ part, path: `${part}.${given}`, message: `it needs ${missing} beside it` }];
  });
}

/** It is at one place, and one thing is shown to it. */
function placesOfElasticsearch({ sources, sinks, store }: ReadConfig): BrokenRule[] {
  const parts = [
    ...sources.map((source, i) => ({ part: `sources[${i}]`, of: source })),
    ...sinks.map((sink, i) => ({ part: `sinks[${i}]`, of: sink })),
  ].flatMap(({ part, of }) => (of?.type === 'elasticsearch' ? [{ part, of }] : []));
  return [
    ...parts.flatMap(({ part, of }) => placeOf(part, of)),
    ...(store.kind === 'elasticsearch' ? placeOf('store', store) : []),
  ];
}

function placeOf(
  part: string,
  { url, cloudId, apiKey, login }: Pick<Config['store'], 'url' | 'cloudId' | 'apiKey' | 'login'>,
): BrokenRule[] {
  const broken: BrokenRule[] = [];
  if ((url === undefined) === (cloudId === undefined))
    broken.push({ part, path: `${part}.url`, message: 'one of url and cloudId is needed, and not both' });
  if (apiKey !== undefined && login !== undefined)
    broken.push({ part, path: `${part}.login`, message: 'apiKey or login, not both' });
  return broken;
}
