import { Client, credentials, Metadata } from '@grpc/grpc-js';
import { TRACE_SERVICE } from '../../../src/sources/otlp-grpc/trace-service.ts';
import type { RunningService } from '../../verify/spanwatch-process.ts';
import { recordsOf } from './otlp-records.ts';
import type { Place } from './way.ts';

const MAX_MESSAGE_BYTES = 16 * 1024 * 1024;
/** Lines of the file that go in one request: with more of them than one, more traces are closed at one moment. */
const LINES = [1, 8, 24, 64] as const;

/** A sender: a request for some lines, one after the other. */
export const sender: Place = {
  name: 'OTLP/gRPC',
  open: (input) =>
    Promise.resolve({
      ways: LINES.map((lines) => ({
        name: lines === 1 ? 'OTLP/gRPC' : `OTLP/gRPC, ${lines} lines a request`,
        source: { type: 'otlp-grpc', port: 0, maxMessageBytes: MAX_MESSAGE_BYTES },
        feed: (service: RunningService) => sendAll(service, input.path, lines),
        isControl: lines > 1,
      })),
      close: () => Promise.resolve(),
    }),
};

async function sendAll({ source }: RunningService, path: string, lines: number): Promise<void> {
  const client = new Client(`127.0.0.1:${new URL(source).port}`, credentials.createInsecure());
  const { path: method, requestSerialize, responseDeserialize } = TRACE_SERVICE.Export;
  const send = (bytes: Uint8Array): Promise<void> =>
    new Promise((resolve, reject) => {
      const [body, metadata] = [Buffer.from(bytes), new Metadata()];
      client.makeUnaryRequest(method, requestSerialize, responseDeserialize, body, metadata, (error) =>
        error === null ? resolve() : reject(error),
      );
    });
  try {
    let waiting: Uint8Array[] = [];
    for await (const { bytes } of recordsOf(path)) {
      waiting.push(bytes);
      if (waiting.length < lines) continue;
      // Messages of protobuf one behind the other are one with all that is in their lists.
      await send(Buffer.concat(waiting));
      waiting = [];
    }
    if (waiting.length > 0) await send(Buffer.concat(waiting));
  } finally {
    client.close();
  }
}
