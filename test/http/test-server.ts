import type { Incident } from '../../src/domain/incident.ts';
import { createHttpServer, type HttpConfig, type HttpServer } from '../../src/http/index.ts';
import type { HttpParts, IncidentReader } from '../../src/http/port.ts';
import {
  createMetrics,
  createRandom,
  ManualClock,
  type Runtime,
  silentLogger,
} from '../../src/runtime/index.ts';

export function testRuntime(): Runtime {
  return {
    clock: new ManualClock(),
    logger: silentLogger(),
    metrics: createMetrics(),
    random: createRandom(1),
  };
}

/** Reads from a list, newest first. */
export function incidentsOf(all: readonly Incident[]): IncidentReader {
  return {
    incidents: ({ limit, beforeMs = Infinity }) =>
      Promise.resolve(all.filter(({ openedAt }) => openedAt < beforeMs).slice(0, limit)),
    openIncidents: () => Promise.resolve(all.filter(({ state }) => state !== 'resolved').toReversed()),
    incident: (id) => Promise.resolve(all.find((incident) => incident.id === id)),
    events: () => Promise.resolve([]),
  };
}

export function createTestServer(
  config: Partial<HttpConfig> = {},
  parts: Partial<HttpParts> = {},
  runtime = testRuntime(),
): HttpServer {
  return createHttpServer(
    { host: '127.0.0.1', port: 0, insecure: false, ...config },
    {
      version: '0.0.0-test',
      ready: () => ({ ok: true, reasons: [] }),
      status: () => ({}),
      incidents: incidentsOf([]),
      ...parts,
    },
    runtime,
  );
}

export function testIncident(change: Partial<Incident> = {}): Incident {
  const openedAt = Date.UTC(2025, 0, 2, 3, 4, 5);
  return {
    id: 'i-1',
    fingerprint: 'service payment',
    state: 'open',
    revision: 3,
    openedAt,
    startedAt: openedAt - 60_000,
    resolvedAt: null,
    severity: 'P1',
    openings: [{ openedAt, resolvedAt: null, severity: 'P1', suspects: [] }],
    firing: [[openedAt - 60_000, openedAt]],
    suspects: [],
    finalSuspects: [],
    evidence: [],
    exemplars: [],
    harm: { share: 0.5, entries: [] },
    notes: [{ at: openedAt, by: 'ann', text: '<script>' }],
    ...change,
  };
}
