import { Type } from '@sinclair/typebox';
import type { Runtime } from '../../runtime/index.ts';
import { ChangeFeed } from '../change-feed.ts';
import type { ApiBook } from '../operation.ts';
import type { HttpParts } from '../port.ts';
import { replyFieldError, replyProblem } from '../problem-reply.ts';

const NONE = 'this process has no live updates';
const query = Type.Object(
  {
    after: Type.Optional(
      Type.Integer({ minimum: 0, description: 'As Last-Event-ID, for who cannot send headers.' }),
    ),
  },
  { additionalProperties: false },
);

/** `/api/v1/events`: what happens to incidents, as server-sent events (WHATWG HTML, 9.2). Returns what ends them. */
export function eventRoutes(
  api: ApiBook,
  { changes }: Pick<HttpParts, 'changes'>,
  runtime: Runtime,
): () => void {
  const feed = changes && new ChangeFeed(changes, runtime);
  api.add(
    {
      method: 'GET',
      path: '/api/v1/events',
      id: 'streamEvents',
      tag: 'incidents',
      summary: 'Changes of incidents, as they happen',
      description:
        'Server-sent events named `incident`; the data is `{incidentId, sequence, at, type, ...}` as in a timeline. ' +
        'With Last-Event-ID it goes on after that one, from the store. An event `context` (`{incidentId}`, without an id) says that log lines came. An event `reset` says that the id is not known ' +
        'any more: read again what is shown. A comment every 15 s keeps it alive; who does not read is cut off.',
      query,
      headers: { 'last-event-id': 'The id of the last event that was seen.' },
      answers: {
        200: { description: 'A stream without an end.', type: 'text/event-stream' },
        501: { description: NONE },
        503: { description: 'Too many are connected; Retry-After says when to try again.' },
      },
    },
    async ({ query: { after }, request, reply }) => {
      if (feed === undefined) return replyProblem(reply, 501, NONE);
      const header = request.headers['last-event-id'];
      const last = typeof header === 'string' && header !== '' ? header : after?.toString();
      if (last !== undefined && !/^\d{1,15}$/.test(last)) {
        return replyFieldError(reply, {
          field: 'last-event-id',
          in: 'headers',
          reason: 'is no id of an event',
        });
      }
      if (feed.isFull) {
        return replyProblem(reply.header('retry-after', '30'), 503, 'too many are connected to live updates');
      }
      // A stream to who asked for the head alone would never end.
      if (request.method === 'HEAD') return reply.type('text/event-stream; charset=utf-8').send('');
      reply.hijack();
      // The guards' headers are on the reply; hijacked, they have to be written by hand.
      reply.raw.writeHead(200, {
        ...(reply.getHeaders() as Record<string, string>),
        'content-type': 'text/event-stream; charset=utf-8',
        // nginx holds answers back until its buffer is full, unless told.
        'x-accel-buffering': 'no',
      });
      await feed.add(reply.raw, last === undefined ? undefined : Number(last));
      return reply;
    },
  );
  return () => feed?.close();
}
