import { describe, expect, it } from 'vitest';
import { BlindWatch } from '../../src/blind/index.ts';
import type { BlindNews } from '../../src/domain/blind.ts';
import { Names } from '../../src/domain/names.ts';
import { SpanBatch } from '../../src/domain/span-batch.ts';

const SECOND = 1000;
const HOUR = 3600 * SECOND;

/** A world of senders: each service of a source says something every so many seconds, while it is not silent. */
function world(services: Readonly<Record<string, { source?: string; everySeconds: number }>>) {
  const names = new Names();
  let watch = new BlindWatch(names);
  let now = 1_000_000 * SECOND;
  const silent = new Set<string>();
  const batch = new SpanBatch(names, 16);
  const news: BlindNews[] = [];
  const step = (): void => {
    now += SECOND;
    for (const [name, { source = 'otlp', everySeconds }] of Object.entries(services)) {
      if ((now / SECOND) % everySeconds !== 0 || silent.has(name) || silent.has(source)) continue;
      batch.clear();
      batch.service[batch.push()] = names.service({ environment: '', namespace: '', name });
      watch.arrived(source, batch, now);
    }
    if ((now / SECOND) % 5 === 0) news.push(...watch.look(now));
  };
  return {
    /** What is told within `ms`: type and names. */
    live: (ms: number): string[] => {
      news.length = 0;
      for (let i = 0; i < ms / SECOND; i++) step();
      return news.map(({ type, spell }) => `${type} ${spell.kind} ${spell.names.join('+')}`);
    },
    silence: (...those: string[]) => those.forEach((one) => silent.add(one)),
    speak: (...those: string[]) => those.forEach((one) => silent.delete(one)),
    spots: () => watch.spots().map(({ kind, name }) => `${kind} ${name}`),
    unseen: () =>
      watch
        .unseen(now, 40 * SECOND)
        .map(({ name }) => name)
        .toSorted(),
    excuse: () => watch.excuse(now),
    restart: (downMs: number) => {
      const state: unknown = JSON.parse(JSON.stringify(watch.snapshot()));
      watch = new BlindWatch(names);
      now += downMs;
      watch.restore(state as Parameters<BlindWatch['restore']>[0], now);
    },
    ids: () => news.map(({ spell }) => spell.id),
  };
}

const SHOP = {
  cart: { everySeconds: 1 },
  payment: { everySeconds: 5 },
  mail: { everySeconds: 60 },
  report: { everySeconds: 1800 },
};

describe('what is silent', () => {
  it('is nothing while all speak as they do', () => {
    const { live, spots } = world(SHOP);
    expect(live(6 * HOUR)).toEqual([]);
    expect(spots()).toEqual([]);
  });

  it('is told once, and told when it is over', () => {
    const { live, silence, speak, spots } = world(SHOP);
    live(2 * HOUR);
    silence('payment');
    expect(live(100 * SECOND)).toEqual([]);
    expect(live(400 * SECOND)).toEqual(['blind service payment']);
    expect(spots()).toEqual(['service payment']);
    expect(live(HOUR)).toEqual([]);
    speak('payment');
    expect(live(20 * SECOND)).toEqual(['over service payment']);
    expect(spots()).toEqual([]);
  });

  it('is missed later the less it spoke', () => {
    const { live, silence } = world(SHOP);
    live(40 * HOUR);
    silence('mail', 'report');
    expect(live(5 * 60 * SECOND)).toEqual([]);
    expect(live(40 * 60 * SECOND)).toEqual(['blind service mail']);
    expect(live(24 * HOUR)).toContain('blind service report');
  });

  it('is one source, not each of its services, when all falls silent', () => {
    const { live, silence, speak, spots } = world(SHOP);
    live(2 * HOUR);
    silence('otlp');
    expect(live(55 * SECOND)).toEqual([]);
    expect(live(HOUR)).toEqual(['blind source otlp']);
    expect(spots()).toEqual(['source otlp']);
    speak('otlp');
    expect(live(HOUR)).toEqual(['over source otlp']);
  });

  it('is services of one source only, when another goes on', () => {
    const { live, silence, spots } = world({ ...SHOP, other: { source: 'second', everySeconds: 2 } });
    live(2 * HOUR);
    silence('otlp');
    expect(live(HOUR)).toEqual(['blind source otlp']);
    expect(spots()).toEqual(['source otlp']);
  });

  it('is told together when many fall silent together', () => {
    const many = Object.fromEntries(Array.from({ length: 30 }, (_, i) => [`s${i}`, { everySeconds: 2 }]));
    const { live, silence } = world({ ...many, stays: { everySeconds: 1 } });
    live(2 * HOUR);
    silence(...Object.keys(many));
    const told = live(HOUR);
    expect(told).toHaveLength(1);
    expect(told[0].split('+')).toHaveLength(30);
  });

  it('is not told more often than every ten minutes, however it flaps', () => {
    const { live, silence, speak } = world(SHOP);
    live(2 * HOUR);
    let told = 0;
    for (let i = 0; i < 20; i++) {
      silence('otlp');
      told += live(90 * SECOND).filter((one) => one.startsWith('blind')).length;
      speak('otlp');
      told += live(30 * SECOND).filter((one) => one.startsWith('blind')).length;
    }
    expect(told).toBeGreaterThanOrEqual(1);
    expect(told).toBeLessThanOrEqual(5);
  });

  it('is not a service that has not spoken for an hour yet', () => {
    const { live, silence } = world(SHOP);
    live(50 * 60 * SECOND);
    silence('payment');
    expect(live(5 * HOUR)).toEqual([]);
  });

  it('is a source that has hardly spoken, after five minutes', () => {
    const { live, silence } = world({ cart: { everySeconds: 1 } });
    live(30 * SECOND);
    silence('cart');
    expect(live(295 * SECOND)).toEqual([]);
    expect(live(20 * SECOND)).toEqual(['blind source otlp']);
  });

  it('is not told again by a restart, and its end is told after it', () => {
    const { live, silence, speak, restart, spots } = world(SHOP);
    live(2 * HOUR);
    silence('payment');
    expect(live(500 * SECOND)).toEqual(['blind service payment']);
    restart(60 * SECOND);
    expect(spots()).toEqual(['service payment']);
    expect(live(HOUR)).toEqual([]);
    speak('payment');
    expect(live(20 * SECOND)).toEqual(['over service payment']);
  });

  it('is nobody for a while after a restart, however long it was down, and then whoever stays away', () => {
    const { live, silence, restart } = world(SHOP);
    live(2 * HOUR);
    silence('payment');
    restart(3 * HOUR);
    expect(live(100 * SECOND)).toEqual([]);
    expect(live(400 * SECOND)).toEqual(['blind service payment']);
  });

  it('is not what we refused ourselves', () => {
    const { live, silence, speak, excuse } = world(SHOP);
    live(2 * HOUR);
    silence('otlp');
    for (let i = 0; i < 20; i++) {
      excuse();
      expect(live(30 * SECOND)).toEqual([]);
    }
    speak('otlp');
    expect(live(HOUR)).toEqual([]);
  });

  it('is not expected any more after a day, and that is its end', () => {
    const { live, silence, spots } = world(SHOP);
    live(2 * HOUR);
    silence('payment');
    expect(live(25 * HOUR)).toEqual(['blind service payment', 'over service payment']);
    expect(spots()).toEqual([]);
    expect(live(25 * HOUR)).toEqual([]);
  });

  it('has a lane of its own each time', () => {
    const { live, silence, speak, ids } = world(SHOP);
    live(2 * HOUR);
    const seen = new Set<string>();
    for (let i = 0; i < 3; i++) {
      silence('otlp');
      live(HOUR);
      ids().forEach((id) => seen.add(id));
      speak('otlp');
      live(HOUR);
    }
    expect([...seen].every((id) => /^blind:source:otlp:\d+$/.test(id))).toBe(true);
    // From the third time on an hour's silence is known as a habit.
    expect(seen.size).toBeGreaterThanOrEqual(2);
  });

  it('is a busy source after a minute, once it has spoken for ten: what comes all the time has a rhythm, too', () => {
    const names = new Names();
    const watch = new BlindWatch(names);
    const batch = new SpanBatch(names, 4);
    batch.service[batch.push()] = names.service({ environment: '', namespace: '', name: 'cart' });
    let now = 1_000_000 * SECOND;
    for (let i = 0; i < 11 * 60 * 5; i++) watch.arrived('otlp', batch, (now += 200));
    expect(watch.look(now + 55 * SECOND)).toEqual([]);
    expect(watch.look(now + 65 * SECOND)).toMatchObject([{ type: 'blind', spell: { names: ['otlp'] } }]);
  });

  it('is unseen from a third of the calm on, however little is known of it, and a rare one is not', () => {
    const { live, silence, unseen } = world({ ...SHOP, stays: { everySeconds: 1 } });
    live(10 * 60 * SECOND);
    silence('cart', 'mail');
    live(30 * SECOND);
    expect(unseen()).toEqual([]);
    live(20 * SECOND);
    expect(unseen()).toEqual(['cart']);
    silence('otlp');
    live(45 * SECOND);
    expect(unseen()).toContain('stays');
    live(25 * HOUR);
    expect(unseen()).toEqual([]);
  });

  it('is unseen before it is blind, so that its incidents do not resolve by it', () => {
    const { live, silence, unseen } = world(SHOP);
    live(2 * HOUR);
    expect(unseen()).toEqual([]);
    silence('payment');
    live(100 * SECOND);
    expect(unseen()).toEqual(['payment']);
    silence('otlp');
    live(40 * SECOND);
    expect(unseen()).toEqual(['cart', 'mail', 'payment', 'report']);
  });
});
