import { gunzipSync } from 'node:zlib';
import { fastify } from 'fastify';
import { generateOtlpPayloads } from '../../src/simulator/index.ts';
import { fitStockForest, StockPipeline } from '../stock/stock-pipeline.ts';

// The stock parts behind the stock server: run as a process of its own, prints its port when it takes spans.
const TRAINING = { seed: 5, spans: 60_000, spansPerRequest: 512, tracesPerSecond: 500 } as const;
const MAX_BODY_BYTES = 64 * 1024 * 1024;

const pipeline = new StockPipeline(fitStockForest(generateOtlpPayloads(TRAINING)));
const server = fastify({ bodyLimit: MAX_BODY_BYTES });
server.addContentTypeParser('application/x-protobuf', { parseAs: 'buffer' }, (_request, body, done) =>
  done(null, body),
);
server.post('/v1/traces', (request, reply) => {
  const body = request.body as Buffer;
  pipeline.add(request.headers['content-encoding'] === 'gzip' ? gunzipSync(body) : body);
  return reply.header('content-type', 'application/x-protobuf').send(Buffer.alloc(0));
});
await server.listen({ host: '127.0.0.1', port: 0 });
const address = server.server.address();
process.stdout.write(`${typeof address === 'object' ? address?.port : 0}\n`);
