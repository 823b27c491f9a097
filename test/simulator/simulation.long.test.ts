import { describe, expect, it } from 'vitest';
import { Names } from '../../src/domain/names.ts';
import { SpanBatch, SpanKind } from '../../src/domain/span-batch.ts';
import { encodeOtlpProto, simulate } from '../../src/simulator/index.ts';
import { SHOP } from '../../src/simulator/shop.ts';
import { NO_PARENT, type PlainSpan, START_MS, median, plainSpans, secondsOf, spansOf } from './spans-of.ts';

describe('simulate', () => {
  const spans = spansOf({ tracesPerSecond: 60 }, 30);
  const byId = new Map(spans.map((span) => [`${span.traceId} ${span.id}`, span]));
  const parentOf = (span: PlainSpan): PlainSpan | undefined => byId.get(`${span.traceId} ${span.parentId}`);

  it('gives the same bytes for the same options, and others for another seed', () => {
    const bytes = (seed: number): string =>
      Buffer.from(encodeOtlpProto(secondsOf(simulate({ seed, startMs: START_MS }), 0, 5))).toString('base64');
    expect(bytes(1)).toBe(bytes(1));
    expect(bytes(1)).not.toBe(bytes(2));
  });

  it('hands every span over in the second in which it ends', () => {
    const simulation = simulate({ seed: 3, startMs: START_MS, tracesPerSecond: 100 });
    for (let second = 0; second < 8; second++) {
      const batch = secondsOf(simulation, second, second + 1);
      expect(batch.length).toBeGreaterThan(100);
      for (const { endUs } of plainSpans(batch)) {
        expect(endUs).toBeGreaterThanOrEqual((START_MS + second * 1000) * 1000);
        expect(endUs).toBeLessThan((START_MS + (second + 1) * 1000) * 1000);
      }
    }
  });

  it('runs at least twelve services, each on several instances that name version and node', () => {
    const instances = new Map<string, Set<string>>();
    for (const { service, instance, version, node } of spans) {
      expect(version).not.toBe('');
      expect(node).toMatch(/^node-[a-d]$/);
      instances.set(service, (instances.get(service) ?? new Set()).add(instance));
    }
    expect(instances.size).toBeGreaterThanOrEqual(12);
    for (const pods of instances.values()) expect(pods.size).toBeGreaterThanOrEqual(2);
  });

  it('forms trees: one root a trace, a parent for every other span of a trace that has ended', () => {
    const roots = spans.filter((span) => span.parentId === NO_PARENT);
    expect(new Set(roots.map((root) => root.traceId)).size).toBe(roots.length);
    // Clients end after their servers, so the parents of what ends in the last seconds may still be open.
    const settled = spans.filter((span) => span.endUs < (START_MS + 25_000) * 1000);
    for (const span of settled)
      if (span.parentId !== NO_PARENT) expect(parentOf(span), JSON.stringify(span)).toBeDefined();
    expect(byId.size).toBe(spans.length);
  });

  it('puts servers under clients and consumers under producers', () => {
    const pairs = new Set(spans.map((span) => `${parentOf(span)?.kind ?? '-'}>${span.kind}`));
    expect(pairs).toContain(`${SpanKind.Client}>${SpanKind.Server}`);
    expect(pairs).toContain(`${SpanKind.Producer}>${SpanKind.Consumer}`);
    expect(pairs).not.toContain(`${SpanKind.Server}>${SpanKind.Server}`);
    expect(pairs).not.toContain(`${SpanKind.Client}>${SpanKind.Client}`);
    for (const span of spans.filter(({ kind }) => kind === SpanKind.Client || kind === SpanKind.Producer))
      expect(span.peer).not.toBe('');
  });

  it('lets consumers begin when their producers have ended, and end after the root', () => {
    const roots = new Map(
      spans.filter((span) => span.parentId === NO_PARENT).map((root) => [root.traceId, root]),
    );
    const consumers = spans.filter((span) => span.kind === SpanKind.Consumer && roots.has(span.traceId));
    expect(consumers.length).toBeGreaterThan(50);
    const after = consumers.filter((span) => span.endUs > (roots.get(span.traceId)?.endUs ?? 0));
    expect(after.length / consumers.length).toBeGreaterThan(0.99);
    for (const span of consumers) {
      const producer = parentOf(span);
      // Five milliseconds are more than two hosts of the shop are apart.
      if (producer !== undefined) expect(span.startUs).toBeGreaterThan(producer.endUs - 5000);
    }
  });

  it('keeps each host a constant time off: the median one-way time of a pair of nodes shows it', () => {
    const oneWay = (from: string, to: string): number =>
      median(
        spans
          .filter(
            (span) => span.kind === SpanKind.Server && span.node === to && parentOf(span)?.node === from,
          )
          .map((span) => span.startUs - (parentOf(span)?.startUs ?? 0)),
      );
    const skew = (name: string): number =>
      SHOP.nodes.find((node) => node.name === name)?.skewUs ?? Number.NaN;
    // The way there less the way back is twice the difference of the clocks.
    const difference = (oneWay('node-c', 'node-b') - oneWay('node-b', 'node-c')) / 2;
    expect(difference).toBeGreaterThan(skew('node-b') - skew('node-c') - 150);
    expect(difference).toBeLessThan(skew('node-b') - skew('node-c') + 150);
  });

  it('fails about one request in a thousand for no reason', () => {
    const many = spansOf({ tracesPerSecond: 500 }, 20);
    const servers = many.filter(({ kind }) => kind === SpanKind.Server);
    const failed = servers.filter((span) => span.failed);
    expect(failed.length / servers.length).toBeGreaterThan(0.0005);
    expect(failed.length / servers.length).toBeLessThan(0.004);
    for (const span of failed) expect([5, 6]).toContain(span.statusClass);
  });

  it('spreads the times of one operation like a log-normal with a heavy tail', () => {
    const times = spansOf({ tracesPerSecond: 300 }, 20)
      .filter((span) => span.service === 'ads' && span.kind === SpanKind.Server)
      .map((span) => span.endUs - span.startUs)
      .sort((a, b) => a - b);
    const quantile = (q: number): number => times[Math.floor(q * times.length)];
    expect(quantile(0.5)).toBeGreaterThan(4000);
    expect(quantile(0.5)).toBeLessThan(5500);
    expect(quantile(0.9) / quantile(0.5)).toBeLessThan(2);
    expect(quantile(0.9995) / quantile(0.5)).toBeGreaterThan(3);
  });

  it('makes as many traces as asked, autocorrelated, and rare entries rarely', () => {
    const roots = spansOf({ tracesPerSecond: 50 }, 120).filter((span) => span.parentId === NO_PARENT);
    expect(roots.length / 120).toBeGreaterThan(35);
    expect(roots.length / 120).toBeLessThan(70);
    const rare = roots.filter((root) => root.operation === 'POST /returns').length;
    expect(rare).toBeGreaterThan(0);
    expect(rare).toBeLessThan(15);
  });

  it('hands the late ones over later, and loses none', () => {
    const late = { ratio: 0.1, maxSeconds: 3 };
    const punctual = spansOf({}, 30);
    const simulation = simulate({ seed: 7, startMs: START_MS, late });
    let overdue = 0;
    const ids: string[] = [];
    for (let second = 0; second < 33; second++)
      for (const span of plainSpans(secondsOf(simulation, second, second + 1))) {
        const secondsLate = second - Math.floor((span.endUs / 1000 - START_MS) / 1000);
        expect(secondsLate).toBeGreaterThanOrEqual(0);
        expect(secondsLate).toBeLessThanOrEqual(3);
        if (secondsLate > 0) overdue++;
        ids.push(span.id);
      }
    expect(overdue / ids.length).toBeCloseTo(0.1, 1);
    const seen = new Set(ids);
    expect(punctual.filter((span) => !seen.has(span.id))).toEqual([]);
  });

  it('refuses to go back in time, and a batch over other names', () => {
    const simulation = simulate({ seed: 1, startMs: START_MS });
    simulation.second(4, simulation.newBatch());
    expect(() => simulation.second(4, simulation.newBatch())).toThrow(RangeError);
    expect(() => simulation.second(5, new SpanBatch(new Names()))).toThrow(TypeError);
  });

  it('gives a second the same spans whether or not those before it were asked for', () => {
    const whole = simulate({ seed: 5, startMs: START_MS });
    secondsOf(whole, 0, 9);
    const leaping = simulate({ seed: 5, startMs: START_MS });
    expect(plainSpans(secondsOf(leaping, 9, 10))).toEqual(plainSpans(secondsOf(whole, 9, 10)));
  });
});
