import { request, type IncomingMessage, type ClientRequest, Agent } from 'node:http';
import { setTimeout as pause } from 'node:timers/promises';
import type { Random } from '../../../src/runtime/index.ts';
import { type HostileRequest, JSON_TYPE, PROTO } from './hostile-request.ts';
import { hostileMakers, type Limits } from './hostile-requests.ts';

export interface StormOptions {
  /** `http://127.0.0.1:PORT` */
  readonly source: string;
  readonly connections: number;
  readonly limits: Limits;
  readonly random: Random;
  /** Between two requests of a connection, at most; chance decides. */
  readonly pauseMs: number;
  /** Longer than this, an answer counts as none. */
  readonly patienceMs: number;
}

export interface StormCounts {
  /** By kind of request: answers by status (0: none was given). */
  readonly answers: Map<string, Map<number, number>>;
  /** What was not as specified, the first of them. */
  readonly wrong: string[];
  wrongCount: number;
  requests: number;
}

/** As many connections as asked for, each sending one request after the other until `stopped`. */
export async function storm(options: StormOptions, stopped: () => boolean): Promise<StormCounts> {
  const counts: StormCounts = { answers: new Map(), wrong: [], wrongCount: 0, requests: 0 };
  const draw = drawer(options.limits, options.random);
  const connection = async (): Promise<void> => {
    const agent = new Agent({ keepAlive: true, maxSockets: 1 });
    while (!stopped()) {
      const hostile = draw();
      count(counts, hostile, await send(options, agent, hostile));
      await pause(options.random() * options.pauseMs);
    }
    agent.destroy();
  };
  await Promise.all(Array.from({ length: options.connections }, connection));
  return counts;
}

function drawer(limits: Limits, random: Random): () => HostileRequest {
  const makers = hostileMakers(limits);
  const total = makers.reduce((sum, [weight]) => sum + weight, 0);
  return () => {
    let at = random() * total;
    for (const [weight, make] of makers) {
      at -= weight;
      if (at < 0) return make(random);
    }
    return makers[0][1](random);
  };
}

interface Answer {
  /** 0: none. */
  readonly status: number;
  readonly type: string;
  readonly retryAfter: string | undefined;
  readonly body: Buffer;
}

const NO_ANSWER: Answer = { status: 0, type: '', retryAfter: undefined, body: Buffer.alloc(0) };
const PIECE_BYTES = 65_536;

function send(options: StormOptions, agent: Agent, hostile: HostileRequest): Promise<Answer> {
  return new Promise((resolve) => {
    const { method, headers, body, unfinished } = hostile;
    const length = hostile.chunked || method === 'GET' ? {} : { 'content-length': String(body.length) };
    const sent = request(new URL(hostile.path, options.source), {
      method,
      agent,
      headers: { ...headers, ...length },
    });
    const timer = setTimeout(() => sent.destroy(), options.patienceMs);
    const done = (answer: Answer): void => {
      clearTimeout(timer);
      // A connection on which half a body was sent is of no more use.
      if (unfinished !== undefined || !sent.writableFinished) sent.destroy();
      resolve(answer);
    };
    sent.on('response', (response) => void answerOf(response).then(done));
    sent.on('error', () => done(NO_ANSWER));
    if (unfinished === undefined) return void write(sent, body);
    sent.write(body.subarray(0, Math.floor(body.length / 2)));
    if (unfinished === 'drop') setTimeout(() => done(NO_ANSWER), 50);
  });
}

/** In pieces, minding the other side's pace; what is still unsent when the answer comes is left. */
async function write(sent: ClientRequest, body: Uint8Array): Promise<void> {
  let go = (): void => undefined;
  sent.on('drain', () => go()).on('close', () => go());
  for (let at = 0; at < body.length && !sent.destroyed; at += PIECE_BYTES) {
    if (!sent.write(body.subarray(at, at + PIECE_BYTES)))
      await new Promise<void>((resolve) => (go = resolve));
  }
  sent.end();
}

async function answerOf(response: IncomingMessage): Promise<Answer> {
  const chunks: Buffer[] = [];
  try {
    for await (const chunk of response) chunks.push(chunk as Buffer);
  } catch {
    return NO_ANSWER;
  }
  const { statusCode = 0, headers } = response;
  return {
    status: statusCode,
    type: headers['content-type'] ?? '',
    retryAfter: headers['retry-after'],
    body: Buffer.concat(chunks),
  };
}

function count(counts: StormCounts, hostile: HostileRequest, answer: Answer): void {
  counts.requests++;
  const byStatus = counts.answers.get(hostile.kind) ?? new Map<number, number>();
  counts.answers.set(hostile.kind, byStatus.set(answer.status, (byStatus.get(answer.status) ?? 0) + 1));
  const problem = wrongIn(hostile, answer);
  if (problem === undefined) return;
  counts.wrongCount++;
  if (counts.wrong.length < 20) counts.wrong.push(`${hostile.kind}: ${problem}`);
}

/** What is not as the OTLP specification has it; undefined when all is. */
export function wrongIn({ right, headers, unfinished }: HostileRequest, answer: Answer): string | undefined {
  const { status, type, body, retryAfter } = answer;
  if (unfinished === 'drop') return undefined;
  if (status === 429) {
    if (!/^[1-9]\d*$/.test(retryAfter ?? '')) return '429 without Retry-After';
  } else if (!right.includes(status)) return `answered ${status === 0 ? 'nothing' : status}`;
  // Node's own answer to a request that does not end.
  if (status === 408) return undefined;
  const wanted = headers['content-type'] === PROTO ? PROTO : JSON_TYPE;
  if (!type.startsWith(wanted)) return `${status} as ${type}`;
  if (status === 200) return undefined;
  return isRpcStatus(body, wanted) ? undefined : `${status} without a google.rpc.Status`;
}

/** code = 1 is a varint and comes first; message = 2. */
function isRpcStatus(body: Buffer, type: string): boolean {
  if (type === PROTO)
    return body.length > 4 && body[0] === 0x08 && body[2] === 0x12 && body[3] === body.length - 4;
  try {
    const { code, message } = JSON.parse(body.toString('utf8')) as { code?: unknown; message?: unknown };
    return typeof code === 'number' && typeof message === 'string';
  } catch {
    return false;
  }
}
