import { pathToFileURL } from 'node:url';
import { Names } from '../src/domain/names.ts';
import { SpanBatch } from '../src/domain/span-batch.ts';
import { createFormats } from '../src/formats/index.ts';
import { encodeJson, encodeProto, TracesData } from '../test/formats/otlp-messages.ts';
import { benchMessages } from './decode-data.ts';

/** Spans a second on one core; medians of interleaved rounds, so that a noisy moment hits all alike. */
export interface DecodeBench {
  readonly spans: number;
  readonly protoBytesPerSpan: number;
  readonly jsonBytesPerSpan: number;
  readonly otlpProto: number;
  readonly protobufjs: number;
  readonly otlpJson: number;
  readonly jsonParse: number;
  readonly protoRatio: number;
  readonly jsonRatio: number;
}

interface Contestant {
  readonly name: 'otlpProto' | 'protobufjs' | 'otlpJson' | 'jsonParse';
  readonly run: () => void;
}

/**
 * OTLP decoding against its peers on the same bytes in the same process: protobufjs' `Type.decode`, for which it
 * generates the code of its static target at run time, and `JSON.parse` of the text (to objects only: nothing is
 * made of them).
 */
export function benchDecode(rounds = 7, messages = 48): DecodeBench {
  const groups = benchMessages(messages);
  const protos = groups.map(encodeProto);
  const jsons = groups.map((group) => Buffer.from(encodeJson(group)));
  const spans = groups.length * groups[0][0].spans.length;
  const formats = createFormats(new Names());
  const batch = new SpanBatch(formats.names);
  const decodeAll = (name: 'otlp-proto' | 'otlp-json', all: readonly Uint8Array[]): void => {
    for (const bytes of all) {
      batch.clear();
      const outcome = formats.byName[name].decode(bytes, batch);
      if (outcome.fatal || outcome.rejected > 0) throw new Error(`${name}: ${JSON.stringify(outcome)}`);
    }
  };
  const contestants: Contestant[] = [
    { name: 'otlpProto', run: () => decodeAll('otlp-proto', protos) },
    { name: 'protobufjs', run: () => protos.forEach((bytes) => void TracesData.decode(bytes)) },
    { name: 'otlpJson', run: () => decodeAll('otlp-json', jsons) },
    { name: 'jsonParse', run: () => jsons.forEach((bytes) => void JSON.parse(bytes.toString())) },
  ];
  const speeds = race(contestants, rounds, spans);
  return {
    spans,
    protoBytesPerSpan: Math.round(total(protos) / spans),
    jsonBytesPerSpan: Math.round(total(jsons) / spans),
    ...speeds,
    protoRatio: speeds.otlpProto / speeds.protobufjs,
    jsonRatio: speeds.otlpJson / speeds.jsonParse,
  };
}

function race(contestants: readonly Contestant[], rounds: number, spans: number) {
  const speeds = { otlpProto: [0], protobufjs: [0], otlpJson: [0], jsonParse: [0] };
  for (const { name } of contestants) speeds[name].length = 0;
  for (let round = -2; round < rounds; round++) {
    for (const { name, run } of contestants) {
      const speed = spans / (timed(run) / 1000);
      // The first two rounds warm the compiler up.
      if (round >= 0) speeds[name].push(speed);
    }
  }
  return {
    otlpProto: median(speeds.otlpProto),
    protobufjs: median(speeds.protobufjs),
    otlpJson: median(speeds.otlpJson),
    jsonParse: median(speeds.jsonParse),
  };
}

/** Fast contestants run several times, so that each timing is 100 ms or more. */
function timed(run: () => void): number {
  const start = performance.now();
  let runs = 0;
  do {
    run();
    runs++;
  } while (performance.now() - start < 100);
  return (performance.now() - start) / runs;
}

function median(values: readonly number[]): number {
  return values.toSorted((a, b) => a - b)[values.length >> 1];
}

function total(all: readonly Uint8Array[]): number {
  return all.reduce((sum, bytes) => sum + bytes.length, 0);
}

function print(bench: DecodeBench): void {
  const row = (name: string, speed: number, bytes: number): string =>
    `${name.padEnd(28)} ${(speed / 1e6).toFixed(2)} M spans/s  ${((speed * bytes) / 1e6).toFixed(0)} MB/s`;
  const { protoBytesPerSpan: proto, jsonBytesPerSpan: json } = bench;
  process.stdout.write(
    [
      `decode, ${bench.spans} spans, ${proto} bytes a span in protobuf, ${json} in JSON; medians`,
      row('OTLP protobuf to columns', bench.otlpProto, proto),
      row('protobufjs to objects', bench.protobufjs, proto),
      `  ratio ${bench.protoRatio.toFixed(1)}`,
      row('OTLP JSON to columns', bench.otlpJson, json),
      row('JSON.parse to objects', bench.jsonParse, json),
      `  ratio ${bench.jsonRatio.toFixed(2)}`,
      '',
    ].join('\n'),
  );
}

if (import.meta.url === pathToFileURL(process.argv[1] ?? '').href) print(benchDecode());
