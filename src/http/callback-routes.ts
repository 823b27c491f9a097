import type { FastifyInstance } from 'fastify';
import type { HttpParts } from './port.ts';
import { replyProblem } from './problem-reply.ts';

/**
 * A vendor sends the whole message along, percent-encoded: 13,200 characters of Slack's, of nine bytes each in Chinese,
 * and their JSON.
 */
const MAX_CALLBACK_BYTES = 256 * 1024;

/**
 * `/callbacks/CHANNEL`, for chats that call back when a button is pressed: without a token, since vendors have none, and
 * whatever the Host, since a proxy is in front. Each request is verified by the bytes as they came. A channel that is not
 * configured for it answers like one whose signature is wrong, so that nobody learns which there are.
 */
export function callbackRoutes(server: FastifyInstance, callbacks: HttpParts['callbacks']): void {
  if (callbacks === undefined) return;
  void server.register((scope, _, done) => {
    scope.removeAllContentTypeParsers();
    scope.addContentTypeParser('*', { parseAs: 'buffer' }, (_request, body, parsed) => parsed(null, body));
    const options = { bodyLimit: MAX_CALLBACK_BYTES, config: { signed: true } };
    scope.post<{ Params: { channel: string } }>(
      '/callbacks/:channel',
      options,
      async ({ params, headers, body }, reply) => {
        const answer = callbacks.get(params.channel);
        if (answer === undefined) return replyProblem(reply, 401, PROBLEMS[401]);
        const outcome = await answer({ headers, body: Buffer.isBuffer(body) ? body : Buffer.alloc(0) });
        if (outcome === 'busy') return replyProblem(reply, 503, 'too many presses at once');
        const { status, body: json } = outcome;
        if (status !== 200) return replyProblem(reply, status, PROBLEMS[status]);
        return json === undefined ? reply.send() : reply.send(json);
      },
    );
    done();
  });
}

const PROBLEMS = {
  400: 'this is no callback that Spanwatch knows',
  401: 'the signature, the token or the time is not right',
  403: 'this is the callback of another app',
} as const;
