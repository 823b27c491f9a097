import { Client, credentials, Metadata } from '@grpc/grpc-js';
import { TRACE_SERVICE } from '../../../src/sources/otlp-grpc/trace-service.ts';
import type { RunningService } from '../../verify/spanwatch-process.ts';
import { recordsOf } from './otlp-records.ts';
import type { Place } from './way.ts';

/** A sender: a request for each line, one after the other. */
export const sender: Place = {
  name: 'OTLP/gRPC',
  open: (input) =>
    Promise.resolve({
      ways: [
        {
          name: 'OTLP/gRPC',
          source: { type: 'otlp-grpc', port: 0 },
          feed: (service) => sendAll(service, input.path),
        },
      ],
      close: () => Promise.resolve(),
    }),
};

async function sendAll({ source }: RunningService, path: string): Promise<void> {
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
    for await (const { bytes } of recordsOf(path)) await send(bytes);
  } finally {
    client.close();
  }
}
