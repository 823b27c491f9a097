import { randomBytes } from 'node:crypto';
import { rmSync } from 'node:fs';
import { setTimeout as sleep } from 'node:timers/promises';
import { request } from 'undici';
import { type RunningService, startService } from '../../../bench/verify/spanwatch-process.ts';
import { at, createOtlpSender, simulate } from '../../../src/simulator/index.ts';
import { workplace } from '../../system/service.ts';

export interface Stretch {
  /** Epoch seconds. */
  readonly from: number;
  readonly to: number;
}

/** Seconds after the start: quiet until then, and a new caller that turns into a burst. */
const FAULT_S = 70;
const NEW_CALLER_S = 90;
const BURST_S = 120;
const END_S = 185;
const TRACES_PER_SECOND = 40;

/**
 * A real `spanwatch run` on the wall clock, fed by the simulated shop for three minutes: calm, then a slow third party,
 * failures in another service and a canary of a third, and somebody who was never seen before calls `payment`.
 */
export async function replayFault(onStarted: (service: RunningService) => Promise<void>): Promise<{
  quiet: Stretch;
  fault: Stretch;
  stop(): Promise<void>;
}> {
  const { config, folder } = workplace([
    'channels: [{ name: terminal, type: terminal }]',
    "learning: { snapshot: '* * * * *' }",
    // All of it is to be taken, also where the machine is too busy for the loop to turn in time.
    'overload: { maxLagMs: 60000 }',
  ]);
  const service = await startService(config, { clock: 'wall' });
  await onStarted(service);
  const startMs = Date.now();
  const forSeconds = END_S - FAULT_S;
  const simulation = simulate({
    seed: 11,
    startMs,
    tracesPerSecond: TRACES_PER_SECOND,
    script: at(FAULT_S)
      .slowPeer('payment', 'card-processor', { addMs: 400, forSeconds })
      .at(FAULT_S)
      .errors('inventory', 0.25, forSeconds)
      .at(FAULT_S)
      .let(
        { kind: 'deploy', service: 'cart', version: '9.0.0-canary', share: 0.3, rename: false },
        forSeconds,
      ),
  });
  const sender = createOtlpSender({ url: service.source, encoding: 'protobuf', gzip: true });
  const batch = simulation.newBatch();
  for (let second = 0; second < END_S; second++) {
    batch.clear();
    simulation.second(second, batch);
    const outcome = await sender.send(batch);
    if (outcome.kind !== 'sent') throw new Error(`not sent: ${outcome.reason}`);
    if (second >= NEW_CALLER_S) await callPayment(service.source, second >= BURST_S ? 10 : 1);
    await sleep(Math.max(0, startMs + (second + 1) * 1000 - Date.now()));
  }
  await sender.close();
  const startS = startMs / 1000;
  return {
    quiet: { from: startS + 45, to: startS + FAULT_S },
    fault: { from: startS + FAULT_S + 30, to: startS + END_S },
    stop: async () => {
      service.signal('SIGTERM');
      await service.ended;
      rmSync(folder, { recursive: true, force: true });
    },
  };
}

/** Traces of a service that nobody knows. */
async function callPayment(source: string, traces: number): Promise<void> {
  const end = BigInt(Date.now()) * 1_000_000n;
  const spans = Array.from({ length: traces }, () => ({
    traceId: randomBytes(16).toString('hex'),
    ids: [randomBytes(8).toString('hex'), randomBytes(8).toString('hex')] as const,
  }));
  const of = (name: string, span: (one: (typeof spans)[number]) => object): object => ({
    resource: { attributes: [{ key: 'service.name', value: { stringValue: name } }] },
    scopeSpans: [{ spans: spans.map(span) }],
  });
  const times = { startTimeUnixNano: String(end - 20_000_000n), endTimeUnixNano: String(end) };
  const body = {
    resourceSpans: [
      of('intruder', ({ traceId, ids: [client] }) => ({
        traceId,
        spanId: client,
        name: 'steal',
        kind: 3,
        ...times,
      })),
      of('payment', ({ traceId, ids: [client, server] }) => ({
        ...{ traceId, spanId: server, parentSpanId: client, name: 'Charge', kind: 2, ...times },
      })),
    ],
  };
  const { statusCode, body: answer } = await request(`${source}/v1/traces`, {
    method: 'POST',
    headers: { 'content-type': 'application/json' },
    body: JSON.stringify(body),
  });
  await answer.dump();
  if (statusCode !== 200) throw new Error(`not taken: ${statusCode}`);
}
