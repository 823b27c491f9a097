import { describe, expect, it } from 'vitest';
import { ChannelSet } from '../../src/app/channel-set.ts';
import { changedKeys, reload } from '../../src/app/reload.ts';
import { Restarted } from '../../src/app/restarted.ts';
import { type Config, parseConfig } from '../../src/config/index.ts';
import type { Channel, ChannelConfig } from '../../src/notify/index.ts';
import { silentLogger } from '../../src/runtime/index.ts';

function configOf(yaml: string, secret = 'T0/B0/one'): Config {
  const outcome = parseConfig(yaml, 'test.yaml', {
    environment: { URL: `https://hooks.slack.com/services/${secret}` },
  });
  if (!outcome.ok) throw new Error(outcome.problems.map(({ message }) => message).join());
  return outcome.config;
}

const SLACK = "channels: [{ name: on-call, type: slack-webhook, url: '${URL}' }]";

describe('the keys that differ', () => {
  it('are named by section and key, also those that only one side has', () => {
    const before = configOf('model: one\nincident: { resolveAfterMs: 60000 }');
    const after = configOf('links: { trace: "http://j/{traceId}" }\nincident: { resolveAfterMs: 70000 }');
    expect(changedKeys(before, after)).toEqual(
      expect.arrayContaining(['model', 'links.trace', 'incident.resolveAfterMs']),
    );
    expect(changedKeys(after, before)).toEqual(expect.arrayContaining([...changedKeys(before, after)]));
  });

  it('count a secret that was changed within a list, and only then', () => {
    expect(changedKeys(configOf(SLACK), configOf(SLACK))).toEqual([]);
    expect(changedKeys(configOf(SLACK), configOf(SLACK, 'T0/B0/two'))).toEqual(['channels']);
  });
});

describe('a reload', () => {
  const parts = (apply: (config: Config) => void) => {
    const logger = silentLogger();
    return {
      logger,
      apply: (config: Config) => {
        apply(config);
        return { added: [], replaced: [], removed: [] };
      },
    };
  };
  const good = (config: Config) =>
    ({ ok: true, warnings: [], place: () => ({}), config, source: 'test.yaml' }) as const;

  it('takes over what may change, and leaves the rest as it was', () => {
    const before = configOf('falseAlertsPerWeek: 2');
    const taken: Config[] = [];
    const after = configOf('falseAlertsPerWeek: 3\nlocale: zh\nnames: { maxServices: 77 }');
    const now = reload(
      before,
      good(after),
      parts((config) => taken.push(config)),
    );
    expect(taken).toEqual([now]);
    expect(now).toMatchObject({ falseAlertsPerWeek: 3, locale: 'zh', names: before.names });
    // As it was, so that what was made of it need not be made again.
    expect(now.channels).toBe(before.channels);
  });

  it('names what of a section has to wait, and keeps it as it was', () => {
    const before = configOf('policy: { ownerAttributes: [team] }');
    const after = configOf('policy: { ownerAttributes: [squad], owners: [{ services: ["a*"], owner: a }] }');
    const { policy } = reload(
      before,
      good(after),
      parts(() => undefined),
    );
    expect(policy).toMatchObject({ ownerAttributes: ['team'], owners: [{ owner: 'a' }] });
  });

  it('changes nothing when something of it cannot work, and asks again the next time', () => {
    const before = configOf('falseAlertsPerWeek: 2');
    const refuse = (): never => {
      throw new TypeError('channel x: no');
    };
    expect(reload(before, good(configOf('falseAlertsPerWeek: 3')), parts(refuse))).toBe(before);
  });
});

describe('a set of channels', () => {
  const closed: string[] = [];
  const make = (config: ChannelConfig): Channel => {
    if (config.name === 'bad') throw new TypeError('channel bad: it cannot work');
    const name = `${config.name} ${'url' in config ? config.url : ''}`;
    return {
      name: config.name,
      deliver: () => Promise.resolve({ kind: 'sent' }),
      close: () => void closed.push(name),
    };
  };
  const hook = (name: string, url: string): ChannelConfig => ({
    type: 'webhook',
    name,
    locale: 'en',
    url,
    secrets: [],
  });

  it('keeps the adapters of channels that are as they were, and says what becomes of the others', () => {
    const set = new ChannelSet([hook('a', '1'), hook('b', '1'), hook('c', '1')], make);
    const [a] = set.all;
    const prepared = set.prepare([hook('a', '1'), hook('b', '2'), hook('d', '1')]);
    expect(prepared.changes).toEqual({ added: ['d'], replaced: ['b'], removed: ['c'] });
    expect(set.all.map(({ name }) => name)).toEqual(['a', 'b', 'c']);
    expect(prepared.take().map(({ name }) => name)).toEqual(['a', 'b', 'd']);
    expect(set.all[0]).toBe(a);
  });

  it('changes nothing when one cannot be made, and closes those that were made for it', () => {
    const set = new ChannelSet([hook('a', '1')], make);
    const before = set.all;
    closed.length = 0;
    expect(() => set.prepare([hook('a', '2'), hook('bad', '1')])).toThrow('channel bad');
    expect(closed).toEqual(['a 2']);
    expect(set.all).toEqual(before);
  });
});

it('a part that is made anew ends before the next begins, and begins only where it was up', async () => {
  const story: string[] = [];
  let number = 0;
  const part = new Restarted(() => {
    const name = ++number;
    return {
      start: () => Promise.resolve(void story.push(`start ${name}`)),
      shutdown: () => Promise.resolve(void story.push(`end ${name}`)),
    };
  });
  await part.again();
  await part.start();
  await Promise.all([part.again(), part.again()]);
  await part.shutdown();
  expect(story).toEqual(['start 2', 'end 2', 'start 3', 'end 3', 'start 4', 'end 4']);
});
