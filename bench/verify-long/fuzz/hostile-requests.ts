import { deflateSync, gzipSync } from 'node:zlib';
import { Names } from '../../../src/domain/names.ts';
import { SpanBatch, SpanKind } from '../../../src/domain/span-batch.ts';
import type { Random } from '../../../src/runtime/index.ts';
import { encodeOtlpJson, encodeOtlpProto } from '../../../src/simulator/index.ts';
import { type HostileRequest, JSON_TYPE, post, PROTO } from './hostile-request.ts';

export interface Limits {
  readonly maxBodyBytes: number;
  readonly maxInflatedBytes: number;
}

const GZIP = { 'content-encoding': 'gzip' };
const OK = { right: [200] };
const BAD = { right: [400] };
const TOO_LARGE = { right: [413] };
const UNKNOWN = { right: [415] };

type Make = (random: Random) => HostileRequest;

/** Makers by how often they are drawn. The large bodies are made once: a fuzzer that is busy making them sends little. */
export function hostileMakers(limits: Limits): readonly (readonly [number, Make])[] {
  return [...validMakers(), ...brokenMakers(), ...deepMakers(), ...hugeMakers(limits), ...rudeMakers()];
}

function validMakers(): readonly (readonly [number, Make])[] {
  return [
    [6, (random) => post('valid protobuf', PROTO, proto(random), OK)],
    [6, (random) => post('valid JSON', JSON_TYPE, json(random), OK)],
    [4, (random) => post('valid gzip', PROTO, gzipSync(proto(random)), { ...OK, headers: GZIP })],
    [
      2,
      (random) =>
        post('valid deflate', JSON_TYPE, deflateSync(json(random)), {
          ...OK,
          headers: { 'content-encoding': 'deflate' },
        }),
    ],
    [2, (random) => post('valid in pieces', PROTO, proto(random), { ...OK, chunked: true })],
    [1, () => post('empty', PROTO, '', OK)],
  ];
}

function brokenMakers(): readonly (readonly [number, Make])[] {
  return [
    [6, (random) => post('truncated protobuf', PROTO, cut(proto(random), random), BAD)],
    [6, (random) => post('truncated JSON', JSON_TYPE, cut(Buffer.from(json(random)), random), BAD)],
    [
      3,
      (random) =>
        post('truncated gzip', PROTO, cut(gzipSync(proto(random)), random), { ...BAD, headers: GZIP }),
    ],
    // 0xff: a field tag that no message has.
    [
      4,
      (random) =>
        post(
          'random protobuf',
          PROTO,
          Buffer.concat([Buffer.of(0xff, 0xff, 0xff, 0xff, 0xff, 0xff), noise(random, 5000)]),
          BAD,
        ),
    ],
    // Chance makes unknown fields at times, which a reader skips.
    [3, (random) => post('random bytes', PROTO, noise(random, 300), { right: [200, 400] })],
    [
      4,
      (random) => post('random JSON', JSON_TYPE, Buffer.concat([Buffer.from('{'), noise(random, 5000)]), BAD),
    ],
    [2, (random) => post('random gzip', PROTO, noise(random, 5000), { ...BAD, headers: GZIP })],
    [4, (random) => post('flipped protobuf', PROTO, flipped(proto(random), random), { right: [200, 400] })],
    [
      4,
      (random) =>
        post('flipped JSON', JSON_TYPE, flipped(Buffer.from(json(random)), random), { right: [200, 400] }),
    ],
  ];
}

function deepMakers(): readonly (readonly [number, Make])[] {
  const arrays = `{"resourceSpans":${'['.repeat(500_000)}`;
  const objects = `{"resourceSpans":[{"scopeSpans":[{"spans":[{"attributes":[{"key":"k","value":${'{"a":'.repeat(100_000)}`;
  const values = nestedValue(2_000);
  const groups = Buffer.alloc(100_000, 0x0b);
  return [
    [2, () => post('deep JSON arrays', JSON_TYPE, arrays, BAD)],
    [2, () => post('deep JSON objects', JSON_TYPE, objects, BAD)],
    [2, () => post('deep protobuf values', PROTO, values, { right: [200, 400] })],
    [2, () => post('deep protobuf groups', PROTO, groups, BAD)],
  ];
}

function hugeMakers({ maxBodyBytes, maxInflatedBytes }: Limits): readonly (readonly [number, Make])[] {
  const large = Buffer.alloc(maxBodyBytes + 1, 0x20);
  const bomb = gzipSync(Buffer.alloc(maxInflatedBytes * 16));
  const tinyBomb = gzipSync(Buffer.alloc(maxInflatedBytes + 1));
  const braces = `[${'{},'.repeat(Math.floor(maxInflatedBytes / 3) - 2)}{}]`;
  const twice = gzipSync(bomb);
  return [
    [1, () => post('huge, announced', JSON_TYPE, large, TOO_LARGE)],
    [1, () => post('huge, in pieces', PROTO, large, { ...TOO_LARGE, chunked: true })],
    [1, () => post('bomb', PROTO, bomb, { ...TOO_LARGE, headers: GZIP })],
    [2, () => post('tiny bomb', JSON_TYPE, tinyBomb, { ...TOO_LARGE, headers: GZIP })],
    [
      1,
      () =>
        post('a bomb in a bomb', PROTO, twice, { ...UNKNOWN, headers: { 'content-encoding': 'gzip, gzip' } }),
    ],
    [0.3, () => post('millions of JSON objects', JSON_TYPE, braces, BAD)],
  ];
}

function rudeMakers(): readonly (readonly [number, Make])[] {
  return [
    [1, () => post('another type', 'text/xml', '<spans/>', UNKNOWN)],
    [1, () => post('no type', '', 'spans', UNKNOWN)],
    [
      1,
      () => post('another coding', PROTO, 'spans', { ...UNKNOWN, headers: { 'content-encoding': 'zstd' } }),
    ],
    [1, () => post('another path', JSON_TYPE, '{}', { right: [404], path: '/v1/metrics' })],
    [1, () => post('GET', '', '', { right: [404], method: 'GET' })],
    [1, (random) => post('gone half way', PROTO, proto(random), { right: [], unfinished: 'drop' })],
    [
      0.2,
      (random) => post('stalled half way', JSON_TYPE, json(random), { right: [408], unfinished: 'stall' }),
    ],
  ];
}

/** Spans of services that nobody knows, so that they are no evidence about those that are watched. */
function spans(random: Random): SpanBatch {
  const names = new Names();
  const batch = new SpanBatch(names);
  const service = names.service({ environment: '', namespace: '', name: `fuzz-${Math.floor(random() * 5)}` });
  const word = (): number => Math.floor(random() * 2 ** 32) | 1;
  for (let n = 1 + Math.floor(random() * 60); n > 0; n--) {
    const i = batch.push();
    batch.traceId.set([word(), word(), word(), word()], i * 4);
    batch.spanId.set([word(), word()], i * 2);
    batch.service[i] = service;
    batch.operation[i] = names.operation(service, `work ${Math.floor(random() * 1e6)}`);
    batch.kind[i] = SpanKind.Server;
    batch.startUs[i] = Date.now() * 1000;
    batch.durationUs[i] = Math.floor(random() * 50_000);
  }
  return batch;
}

const proto = (random: Random): Uint8Array => encodeOtlpProto(spans(random));
const json = (random: Random): string => encodeOtlpJson(spans(random));

/** At least a byte and not all: the first field of either form spans the whole message. */
function cut(bytes: Uint8Array, random: Random): Uint8Array {
  return bytes.subarray(0, 1 + Math.floor(random() * (bytes.length - 1)));
}

function noise(random: Random, most: number): Buffer {
  return Buffer.from(
    Array.from({ length: 1 + Math.floor(random() * most) }, () => Math.floor(random() * 256)),
  );
}

function flipped(bytes: Uint8Array, random: Random): Uint8Array {
  const copy = Buffer.from(bytes);
  for (let n = 0; n < 8; n++) copy[Math.floor(random() * copy.length)] ^= 1 << Math.floor(random() * 8);
  return copy;
}

/** ResourceSpans of a resource with an attribute whose value is a list in a list in a list. */
function nestedValue(depth: number): Buffer {
  let value: Uint8Array = Buffer.alloc(0);
  // AnyValue.array_value = 5, ArrayValue.values = 1.
  for (let i = 0; i < depth; i++) value = field(5, field(1, value));
  return field(1, field(1, field(1, Buffer.concat([field(1, Buffer.from('k')), field(2, value)]))));
}

function field(number: number, content: Uint8Array): Buffer {
  const length: number[] = [];
  let rest = content.length;
  for (; rest > 127; rest >>>= 7) length.push((rest & 127) | 128);
  return Buffer.concat([Buffer.of((number << 3) | 2, ...length, rest), content]);
}
