import { describe, expect, it } from 'vitest';
import { Names } from '../../src/domain/names.ts';
import { SpanBatch } from '../../src/domain/span-batch.ts';
import { createFormats } from '../../src/formats/index.ts';
import {
  at,
  encodeOtlpJson,
  encodeOtlpProto,
  generateOtlpPayloads,
  simulate,
} from '../../src/simulator/index.ts';
import { nanosOf, traceStateOf } from '../../src/simulator/otlp-attributes.ts';
import { type PlainSpan, START_MS, plainSpans, secondsOf } from './spans-of.ts';

const sorted = (spans: PlainSpan[]): PlainSpan[] => [...spans].sort((a, b) => (a.id < b.id ? -1 : 1));

function decoded(format: 'otlp-proto' | 'otlp-json', bytes: Uint8Array): PlainSpan[] {
  const names = new Names();
  const batch = new SpanBatch(names);
  const outcome = createFormats(names).byName[format].decode(bytes, batch);
  expect(outcome).toMatchObject({ rejected: 0, fatal: false });
  return sorted(plainSpans(batch));
}

describe('OTLP encoders', () => {
  const script = at(0).errors('shipping', 0.2, 10).at(0).errors('payment', 0.2, 10);
  const batch = secondsOf(simulate({ seed: 2, startMs: START_MS, tracesPerSecond: 60, script }), 0, 5);
  batch.weight[3] = 4;
  batch.startUs[5] += 0.25;
  const original = sorted(plainSpans(batch));

  it.each(['lean', 'typical'] as const)('protobuf (%s) decodes to the same columns', (detail) => {
    expect(decoded('otlp-proto', encodeOtlpProto(batch, { detail }))).toEqual(original);
  });

  it.each(['lean', 'typical'] as const)('JSON (%s) decodes to the same columns', (detail) => {
    expect(decoded('otlp-json', Buffer.from(encodeOtlpJson(batch, { detail })))).toEqual(original);
  });

  it('encodes a part of a batch, and an empty one', () => {
    const part = decoded('otlp-proto', encodeOtlpProto(batch, { from: 10, to: 25 }));
    expect(part).toEqual(sorted(plainSpans(batch).slice(10, 25)));
    expect(encodeOtlpProto(simulate({ seed: 1, startMs: 0 }).newBatch())).toHaveLength(0);
  });

  it('says what kind of peer was called', () => {
    const text = encodeOtlpJson(batch);
    for (const key of [
      'db.system.name',
      'messaging.destination.name',
      'peer.service',
      'rpc.grpc.status_code',
    ])
      expect(text).toContain(`"${key}"`);
  });

  it('writes every kind of status, names that need escaping, and keeps the tracestate', () => {
    const names = new Names();
    const odd = new SpanBatch(names);
    const service = names.service({ environment: 'e"1', namespace: '', name: 'größe "\\' });
    for (let statusClass = 0; statusClass <= 6; statusClass++) {
      const i = odd.push();
      odd.spanId[i * 2 + 1] = odd.traceId[i * 4 + 3] = i + 1;
      odd.service[i] = service;
      odd.operation[i] = names.operation(service, 'GET /"<b>"/größe');
      odd.kind[i] = 2;
      odd.statusClass[i] = statusClass;
      odd.flags[i] = statusClass >= 5 ? 1 : 0;
      odd.startUs[i] = START_MS * 1000;
      odd.durationUs[i] = 12.5;
      odd.weight[i] = 1 + statusClass;
    }
    for (const [format, bytes] of [
      ['otlp-proto', encodeOtlpProto(odd)],
      ['otlp-json', Buffer.from(encodeOtlpJson(odd))],
    ] as const)
      expect(decoded(format, bytes)).toEqual(plainSpans(odd));
  });

  it('splits microseconds into the halves of nanoseconds as BigInt would', () => {
    for (const us of [0, 1, 4_294_967.296, 1_767_225_600_000_000, 1_767_225_600_123_456.25, 4e15 + 0.5]) {
      const { high, low } = nanosOf(us);
      const expected = BigInt(Math.floor(us)) * 1000n + BigInt(Math.round((us % 1) * 1000));
      expect((BigInt(high) << 32n) | BigInt(low)).toBe(expected);
    }
  });

  it('writes sampling thresholds as the specification has them', () => {
    expect(traceStateOf(1)).toBe('');
    expect(traceStateOf(2)).toBe('ot=th:8');
    expect(traceStateOf(4)).toBe('ot=th:c');
  });
});

describe('generateOtlpPayloads', () => {
  it('cuts exactly so many spans into requests of the asked size, the same each time', () => {
    const options = { seed: 9, spans: 5000, spansPerRequest: 512 };
    const payloads = generateOtlpPayloads(options);
    const sizes = payloads.map((bytes) => decoded('otlp-proto', bytes).length);
    expect(sizes.reduce((sum, size) => sum + size, 0)).toBe(5000);
    expect(Math.max(...sizes)).toBe(512);
    expect(generateOtlpPayloads(options)).toEqual(payloads);
    const json = generateOtlpPayloads({ ...options, encoding: 'json' });
    expect(json.map((bytes) => decoded('otlp-json', bytes).length)).toEqual(sizes);
  });
});
