import { promisify } from 'node:util';
import { gzip } from 'node:zlib';
import { Agent, request } from 'undici';
import { lineToProto } from './otlp-lines.ts';

export type Encoding = 'json' | 'protobuf';

const CONTENT_TYPES = { json: 'application/json', protobuf: 'application/x-protobuf' } as const;
const gzipped = promisify(gzip);

/**
 * Posts each line as one gzipped request to an OTLP/HTTP receiver, one after the other. Rejects on the first answer
 * that is not 200 or not empty: a partial success is a span that got lost.
 */
export async function postLines(
  source: string,
  lines: AsyncIterable<string>,
  encoding: Encoding,
): Promise<{ readonly requests: number; readonly spans: number }> {
  const agent = new Agent({ connections: 1 });
  let requests = 0;
  let spans = 0;
  try {
    let sending: Promise<void> = Promise.resolve();
    for await (const line of lines) {
      const plain = encoding === 'json' ? Buffer.from(line) : lineToProto(line);
      // The next body is made while this one is under way.
      const body = await gzipped(plain);
      await sending;
      sending = post(agent, source, { body, encoding });
      requests++;
      spans += spansIn(line);
    }
    await sending;
  } finally {
    await agent.close();
  }
  return { requests, spans };
}

async function post(
  agent: Agent,
  source: string,
  { body, encoding }: { readonly body: Uint8Array; readonly encoding: Encoding },
): Promise<void> {
  const response = await request(`${source}/v1/traces`, {
    method: 'POST',
    dispatcher: agent,
    headers: { 'content-type': CONTENT_TYPES[encoding], 'content-encoding': 'gzip' },
    body,
  });
  const answer = await response.body.text();
  const isEmpty = answer === (encoding === 'json' ? '{}' : '');
  if (response.statusCode !== 200 || !isEmpty) {
    throw new Error(`the receiver answered ${response.statusCode}: ${answer.slice(0, 300)}`);
  }
}

/** Spans of a line of OTLP JSON, without reading it. */
export function spansIn(line: string): number {
  return line.split('"spanId":').length - 1;
}
