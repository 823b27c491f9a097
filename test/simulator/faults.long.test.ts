import { describe, expect, it } from 'vitest';
import { SpanKind } from '../../src/domain/span-batch.ts';
import { type Script, at, simulate, truthOf } from '../../src/simulator/index.ts';
import { type PlainSpan, START_MS, mean, median, spansOf } from './spans-of.ts';

const SECONDS = 36;

const USUAL = spansOf({ tracesPerSecond: 60 }, SECONDS);

/** The same seed with a fault from the beginning, and without. */
function compared(script: Script): { usual: PlainSpan[]; faulty: PlainSpan[] } {
  return { usual: USUAL, faulty: spansOf({ tracesPerSecond: 60, script }, SECONDS) };
}

const servers = (spans: PlainSpan[], service: string): PlainSpan[] =>
  spans.filter((span) => span.service === service && span.kind === SpanKind.Server);
const clients = (spans: PlainSpan[], service: string, peer: string): PlainSpan[] =>
  spans.filter((span) => span.service === service && span.peer === peer);
const tookUs = (spans: PlainSpan[]): number => median(spans.map((span) => span.endUs - span.startUs));

/** Medians of server.start - client.start and client.end - server.end of the calls to a service. */
function sides(spans: PlainSpan[], callee: string): { requestUs: number; responseUs: number } {
  const byId = new Map(spans.map((span) => [span.id, span]));
  const pairs = servers(spans, callee)
    .map((server) => ({ server, client: byId.get(server.parentId) }))
    .filter((pair): pair is { server: PlainSpan; client: PlainSpan } => pair.client !== undefined);
  return {
    requestUs: median(pairs.map(({ server, client }) => server.startUs - client.startUs)),
    responseUs: median(pairs.map(({ server, client }) => client.endUs - server.endUs)),
  };
}

describe('faults show in the numbers', () => {
  it('slow by addMs lengthens the server, not the way there', () => {
    const { usual, faulty } = compared(at(0).slow('payment', { addMs: 300 }, SECONDS));
    expect(tookUs(servers(faulty, 'payment')) - tookUs(servers(usual, 'payment'))).toBeCloseTo(300_000, -4);
    expect(sides(faulty, 'payment').requestUs).toBeCloseTo(sides(usual, 'payment').requestUs, -3);
    expect(tookUs(servers(faulty, 'fraud'))).toBeCloseTo(tookUs(servers(usual, 'fraud')), -4);
  });

  it('slow by times multiplies own work only', () => {
    const { usual, faulty } = compared(at(0).slow('recommendation', { times: 3 }, SECONDS));
    const ofUser = (spans: PlainSpan[]): number =>
      tookUs(servers(spans, 'recommendation').filter((span) => span.operation === 'Recommendation/ForUser'));
    expect(ofUser(faulty) / ofUser(usual)).toBeGreaterThan(2.6);
    expect(ofUser(faulty) / ofUser(usual)).toBeLessThan(3.2);
  });

  it('slow in one instance leaves its siblings alone', () => {
    const { usual, faulty } = compared(
      at(0).slow('inventory', { addMs: 100, instance: 'inventory-1' }, SECONDS),
    );
    const of = (spans: PlainSpan[], instance: string): number =>
      tookUs(servers(spans, 'inventory').filter((span) => span.instance === instance));
    expect(of(faulty, 'inventory-1') - of(usual, 'inventory-1')).toBeCloseTo(100_000, -4);
    expect(of(faulty, 'inventory-0')).toBeCloseTo(of(usual, 'inventory-0'), -4);
  });

  it('slow in a share of the requests shows in the tail, not in the median', () => {
    const { usual, faulty } = compared(at(0).slow('inventory', { addMs: 500, ratio: 0.1 }, SECONDS));
    const slow = servers(faulty, 'inventory').map((span) => Number(span.endUs - span.startUs > 400_000));
    expect(mean(slow)).toBeGreaterThan(0.05);
    expect(mean(slow)).toBeLessThan(0.15);
    expect(tookUs(servers(faulty, 'inventory'))).toBeCloseTo(tookUs(servers(usual, 'inventory')), -4);
  });

  it('a late request moves the request side, a late response the response side', () => {
    const request = compared(at(0).network('catalog', { addMs: 80, side: 'request' }, SECONDS));
    const usual = sides(request.usual, 'catalog');
    const asked = sides(request.faulty, 'catalog');
    expect(asked.requestUs - usual.requestUs).toBeCloseTo(80_000, -3);
    expect(asked.responseUs).toBeCloseTo(usual.responseUs, -3);
    const answered = sides(
      compared(at(0).network('catalog', { addMs: 80, side: 'response' }, SECONDS)).faulty,
      'catalog',
    );
    expect(answered.responseUs - usual.responseUs).toBeCloseTo(80_000, -3);
    expect(answered.requestUs).toBeCloseTo(usual.requestUs, -3);
  });

  it('egress delays answers and requests onwards', () => {
    const { usual, faulty } = compared(at(0).network('checkout', { addMs: 50 }, SECONDS));
    expect(sides(faulty, 'checkout').responseUs - sides(usual, 'checkout').responseUs).toBeCloseTo(
      50_000,
      -3,
    );
    expect(sides(faulty, 'payment').requestUs - sides(usual, 'payment').requestUs).toBeCloseTo(50_000, -3);
  });

  it('errors fail the asked share, and pass to callers that cannot do without', () => {
    const { faulty } = compared(at(0).errors('inventory', 0.3, SECONDS));
    const calls = servers(faulty, 'inventory').filter((span) => span.operation === 'Inventory/Available');
    expect(mean(calls.map((span) => Number(span.failed)))).toBeCloseTo(0.3, 1);
    // One retry: the caller fails with .3 squared, or a little more.
    const carts = servers(faulty, 'storefront').filter((span) => span.operation === 'GET /product');
    const passed = mean(carts.map((span) => Number(span.failed)));
    expect(passed).toBeGreaterThan(0.05);
    expect(passed).toBeLessThan(0.15);
  });

  it('a dependency that fails fast makes its callers faster', () => {
    const { usual, faulty } = compared(at(0).errors('payment', { ratio: 1, fast: true }, SECONDS));
    expect(tookUs(servers(faulty, 'payment'))).toBeLessThan(1000);
    expect(tookUs(servers(faulty, 'checkout'))).toBeLessThan(tookUs(servers(usual, 'checkout')) * 0.8);
  });

  it('a vanished call is made no more, and its caller goes on', () => {
    const { usual, faulty } = compared(at(0).vanish('checkout', 'fraud', SECONDS));
    expect(servers(usual, 'fraud').length).toBeGreaterThan(50);
    expect(servers(faulty, 'fraud')).toEqual([]);
    expect(servers(faulty, 'payment').length).toBeGreaterThan(50);
  });

  it('a repeated call is made as often as asked', () => {
    const { usual, faulty } = compared(at(0).repeat('search', 'pricing', 5, SECONDS));
    const ratio = (spans: PlainSpan[]): number =>
      clients(spans, 'search', 'pricing').length / servers(spans, 'search').length;
    expect(ratio(usual)).toBeCloseTo(1, 1);
    expect(ratio(faulty)).toBeCloseTo(5, 0);
  });

  it('a slow peer shows in its clients: in one, or in all', () => {
    const one = compared(at(0).slowPeer('catalog', 'postgres', { addMs: 200, forSeconds: SECONDS }));
    expect(tookUs(clients(one.faulty, 'catalog', 'postgres'))).toBeGreaterThan(200_000);
    expect(tookUs(clients(one.faulty, 'pricing', 'postgres'))).toBeLessThan(20_000);
    const all = compared(at(0).slowPeer('*', 'postgres', { addMs: 200, forSeconds: SECONDS }));
    for (const service of ['catalog', 'pricing', 'inventory', 'payment'])
      expect(tookUs(clients(all.faulty, service, 'postgres')), service).toBeGreaterThan(200_000);
  });

  it('a failing peer fails its clients', () => {
    const { faulty } = compared(
      at(0).peerErrors('payment', 'card-processor', { ratio: 0.5, forSeconds: SECONDS }),
    );
    const calls = clients(faulty, 'payment', 'card-processor');
    expect(mean(calls.map((span) => Number(span.failed)))).toBeGreaterThan(0.35);
    expect(mean(calls.map((span) => Number(span.failed)))).toBeLessThan(0.65);
  });

  it('a backlog that grows keeps messages waiting, each second longer', () => {
    const { usual, faulty } = compared(at(0).backlog('fulfilment', 100, SECONDS));
    const waits = (spans: PlainSpan[]): number => {
      const byId = new Map(spans.map((span) => [span.id, span]));
      const taken = spans.filter(
        ({ service, kind }) => service === 'fulfilment' && kind === SpanKind.Consumer,
      );
      return mean(taken.map((span) => span.startUs - (byId.get(span.parentId)?.endUs ?? Number.NaN)));
    };
    // Half of the time, 100 ms a second.
    expect((waits(faulty) - waits(usual)) / 1000).toBeGreaterThan(0.35 * SECONDS * 100);
    expect((waits(faulty) - waits(usual)) / 1000).toBeLessThan(0.65 * SECONDS * 100);
  });

  it('a service starved of CPU works slowly and takes requests up late', () => {
    const { usual, faulty } = compared(at(0).cpu('pricing', 6, SECONDS));
    expect(sides(faulty, 'pricing').requestUs - sides(usual, 'pricing').requestUs).toBeGreaterThan(2000);
    expect(tookUs(servers(faulty, 'pricing')) / tookUs(servers(usual, 'pricing'))).toBeGreaterThan(2);
    expect(sides(faulty, 'fraud').requestUs).toBeCloseTo(sides(usual, 'fraud').requestUs, -3);
  });

  it('a starved node slows the pods that stand on it', () => {
    const { usual, faulty } = compared(at(0).nodeCpu('node-a', 5, SECONDS));
    const scores = (spans: PlainSpan[], node: string): number =>
      tookUs(servers(spans, 'fraud').filter((span) => span.node === node));
    const nodes = [...new Set(servers(usual, 'fraud').map((span) => span.node))];
    expect(nodes).toContain('node-a');
    for (const node of nodes) {
      const ratio = scores(faulty, node) / scores(usual, node);
      if (node === 'node-a') expect(ratio).toBeGreaterThan(3);
      else expect(ratio).toBeLessThan(1.4);
    }
  });

  it('callers do without what is optional', () => {
    const { faulty } = compared(at(0).errors('ads', 1, SECONDS));
    expect(clients(faulty, 'storefront', 'ads').every((span) => span.failed)).toBe(true);
    expect(mean(servers(faulty, 'storefront').map((span) => Number(span.failed)))).toBeLessThan(0.02);
  });

  it('time-outs end the client before its server, and are tried again', () => {
    const { faulty } = compared(at(0).slow('pricing', { addMs: 3000 }, SECONDS));
    const quotes = clients(faulty, 'storefront', 'pricing');
    expect(tookUs(quotes)).toBeCloseTo(1_000_000, -4);
    expect(mean(quotes.map((span) => Number(span.failed)))).toBeGreaterThan(0.9);
    const tries = Map.groupBy(quotes, (span) => span.parentId);
    const waits = [...tries.values()]
      .filter((attempts) => attempts.length === 2)
      .map(([first, second]) => Math.abs(second.startUs - first.startUs) - 1_000_000);
    expect(waits.length).toBeGreaterThan(50);
    expect(Math.min(...waits)).toBeGreaterThanOrEqual(0);
    expect(median(waits)).toBeCloseTo(12_500, -4);
    expect(median(waits)).toBeGreaterThan(7000);
    expect(tookUs(servers(faulty, 'pricing'))).toBeGreaterThan(3_000_000);
  });

  it('traffic multiplies arrivals, in all entries or in one', () => {
    const roots = (script: Script): number =>
      spansOf({ tracesPerSecond: 30, script }, SECONDS).filter((span) => span.operation === 'GET /search')
        .length;
    const usual = roots(at(0).traffic(1, SECONDS));
    expect(roots(at(0).traffic(4, SECONDS)) / usual).toBeGreaterThan(3);
    expect(roots(at(0).traffic(4, SECONDS, 'GET /search')) / usual).toBeGreaterThan(3);
    expect(roots(at(0).traffic(4, SECONDS, 'GET /cart')) / usual).toBeLessThan(1.5);
  });

  it('begins and ends on time, and grows when it leaks', () => {
    const script = at(10).slow('ads', { addMs: 100, growthPerMinute: 1 }, 20);
    const spans = servers(spansOf({ tracesPerSecond: 60, script }, SECONDS), 'ads');
    const during = (from: number, to: number): number =>
      tookUs(
        spans.filter(
          ({ startUs }) =>
            startUs >= (START_MS + from * 1000) * 1000 && startUs < (START_MS + to * 1000) * 1000,
        ),
      );
    expect(during(0, 9)).toBeLessThan(20_000);
    expect(during(11, 13)).toBeGreaterThan(100_000);
    expect(during(27, 30) / during(11, 13)).toBeGreaterThan(1.1);
    expect(during(31, 40)).toBeLessThan(20_000);
  });
});

describe('the truth about faults', () => {
  it('names whom to blame, and when', () => {
    const script = at(60)
      .slow('payment', { addMs: 300, instance: 'payment-2' }, 30)
      .at(100)
      .slowPeer('*', 'postgres', { times: 4, forSeconds: 10 })
      .at(20)
      .traffic(5, 60)
      .at(30)
      .vanish('checkout', 'fraud', 5);
    expect(simulate({ seed: 1, startMs: START_MS, script }).truths).toEqual([
      {
        kind: 'service',
        service: 'checkout',
        cause: 'missing-calls',
        fromMs: START_MS + 30_000,
        toMs: START_MS + 35_000,
      },
      {
        kind: 'instance',
        service: 'payment',
        instance: 'payment-2',
        cause: 'code',
        fromMs: START_MS + 60_000,
        toMs: START_MS + 90_000,
      },
      {
        kind: 'dependency',
        service: '*',
        peer: 'postgres',
        cause: 'dependency',
        fromMs: START_MS + 100_000,
        toMs: START_MS + 110_000,
      },
    ]);
  });

  it('blames a version, a host, and the network of a service', () => {
    const { faults } = at(0)
      .errors('recommendation', { ratio: 0.1, version: '0.20.0-canary' }, 10)
      .at(0)
      .nodeCpu('node-a', 4, 10)
      .at(0)
      .network('catalog', { addMs: 10 }, 10);
    expect(faults.map((fault) => truthOf(fault, 0))).toMatchObject([
      { kind: 'version', service: 'recommendation', version: '0.20.0-canary', cause: 'errors' },
      { kind: 'host', node: 'node-a', cause: 'cpu' },
      { kind: 'service', service: 'catalog', cause: 'network' },
    ]);
  });

  it('refuses what the topology does not have before anything runs', () => {
    const run = (script: Script) => () => simulate({ seed: 1, startMs: START_MS, script });
    expect(run(at(500).slow('paymnt', { addMs: 1 }, 1))).toThrow("no service 'paymnt'");
    expect(run(at(500).slowPeer('catalog', 'postgre', { addMs: 1, forSeconds: 1 }))).toThrow(
      "no peer 'postgre'",
    );
    expect(run(at(500).nodeCpu('node-z', 2, 1))).toThrow("no node 'node-z'");
    expect(run(at(500).vanish('checkout', 'frauds', 1))).toThrow("no service 'frauds'");
  });
});
