import { connect as connectPlain, type Socket } from 'node:net';
import { connect as connectTls } from 'node:tls';
import type { KafkaTls } from './kafka-config.ts';

const API_VERSIONS = 18;
const FETCH = 1;
/** An answer has some sixty entries of six bytes. */
const MAX_ANSWER_BYTES = 65_536;

/**
 * The first release that has a version of Fetch (FetchRequest.json in Kafka's source): what a broker is at least, as none
 * says its version.
 */
const RELEASES: readonly (readonly [fetchVersion: number, release: string])[] = [
  [18, '4.1'],
  [17, '3.9'],
  [16, '3.7'],
  [15, '3.5'],
  [13, '3.1'],
  [12, '2.7'],
  [11, '2.3'],
];

/**
 * What a broker speaks, in words, by ApiVersions, which it answers before any login (KIP-35, KIP-511). Undefined when it
 * does not answer in time, or not as Kafka does.
 */
export async function brokerApi(
  broker: string,
  tls: KafkaTls | undefined,
  timeoutMs: number,
): Promise<string | undefined> {
  const answer = await ask(broker, tls, timeoutMs);
  const versions = answer === undefined ? undefined : fetchVersions(answer);
  if (versions === undefined) return undefined;
  const [, most] = versions;
  const release = RELEASES.find(([version]) => most >= version)?.[1];
  return release === undefined ? `Fetch v${most}` : `${release} or newer (Fetch v${most})`;
}

function ask(broker: string, tls: KafkaTls | undefined, timeoutMs: number): Promise<Buffer | undefined> {
  const [host, port] = broker.split(':');
  return new Promise((resolve) => {
    const to = { host, port: Number(port) };
    // A name only where there is one: RFC 6066 has no addresses in SNI.
    const name = /^[\d.]+$/.test(host) ? {} : { servername: host };
    const socket: Socket = tls === undefined ? connectPlain(to) : connectTls({ ...to, ...name, ...tls });
    let bytes = Buffer.alloc(0);
    const end = (answer?: Buffer): void => {
      socket.destroy();
      resolve(answer);
    };
    socket.setTimeout(timeoutMs, () => end());
    socket.once('error', () => end());
    socket.once('close', () => resolve(undefined));
    socket.once(tls === undefined ? 'connect' : 'secureConnect', () => socket.write(request()));
    socket.on('data', (chunk: Buffer) => {
      bytes = Buffer.concat([bytes, chunk]);
      if (bytes.length < 4) return;
      const length = bytes.readInt32BE(0);
      if (length < 10 || length > MAX_ANSWER_BYTES) end();
      else if (bytes.length >= length + 4) end(bytes.subarray(4, length + 4));
    });
  });
}

/** Version 0, correlation id 1, client id `spanwatch`: header v1 and an empty body. */
function request(): Buffer {
  const client = Buffer.from('spanwatch');
  const buffer = Buffer.alloc(14);
  buffer.writeInt32BE(10 + client.length, 0);
  buffer.writeInt16BE(API_VERSIONS, 4);
  buffer.writeInt16BE(0, 6);
  buffer.writeInt32BE(1, 8);
  buffer.writeInt16BE(client.length, 12);
  return Buffer.concat([buffer, client]);
}

/** Least and most version of Fetch; undefined when the answer is no such. */
function fetchVersions(answer: Buffer): readonly [number, number] | undefined {
  if (answer.readInt32BE(0) !== 1 || answer.readInt16BE(4) !== 0) return undefined;
  const count = answer.readInt32BE(6);
  for (let i = 0, at = 10; i < count && at + 6 <= answer.length; i++, at += 6) {
    if (answer.readInt16BE(at) === FETCH) return [answer.readInt16BE(at + 2), answer.readInt16BE(at + 4)];
  }
  return undefined;
}
