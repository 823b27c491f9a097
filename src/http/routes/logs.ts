import { Type } from '@sinclair/typebox';
import type { ApiBook } from '../operation.ts';
import type { HttpParts } from '../port.ts';
import { replyProblem } from '../problem-reply.ts';
import { idParams, literals, nullable, text, time, timeOf } from '../schemas/common.ts';

const lineSchema = Type.Object({
  at: time,
  text: Type.String({ description: 'Redacted, on one line, cut. Data, not markup.' }),
  level: literals(['error', 'warn', 'info', 'debug', ''], { description: 'Empty when it says none.' }),
  service: text,
});
const logsSchema = Type.Object(
  {
    at: nullable(time),
    traces: Type.Array(
      Type.Object({
        traceId: Type.String(),
        role: literals(['slow', 'typical']),
        lines: Type.Array(lineSchema, { description: 'Oldest first.' }),
        more: Type.Boolean({ description: 'There are more than are kept.' }),
      }),
    ),
    all: nullable(
      Type.String({ description: 'Where all of them are, by `links.logs` of the configuration.' }),
    ),
  },
  { title: 'IncidentLogs' },
);

/** Log lines of the traces that an incident points at. */
export function logRoutes(api: ApiBook, { incidents, logs }: Pick<HttpParts, 'incidents' | 'logs'>): void {
  api.add(
    {
      method: 'GET',
      path: '/api/v1/incidents/{id}/logs',
      id: 'getIncidentLogs',
      tag: 'incidents',
      summary: 'Log lines of the traces that an incident points at',
      description: '`at` is null while nothing was found; they are looked for in the first minute.',
      params: idParams,
      answers: {
        200: { description: 'What is kept of them.', schema: logsSchema },
        404: { description: 'There is none of this id.' },
        501: { description: 'No store of logs is configured.' },
      },
    },
    async ({ params: { id }, reply }) => {
      if (logs === undefined) return replyProblem(reply, 501, 'no store of logs is configured');
      const incident = await incidents.incident(id);
      if (incident === undefined) return replyProblem(reply, 404, 'there is no incident of this id');
      const found = await logs.logs(id);
      return {
        at: found === undefined ? null : timeOf(found.at),
        traces: (found?.traces ?? []).map(({ lines, ...trace }) => ({
          ...trace,
          lines: lines.map(({ atMs, level, ...line }) => ({
            ...line,
            at: timeOf(Math.min(Math.max(0, atMs), MAX_DATE_MS)),
            level: level as 'error' | 'warn' | 'info' | 'debug' | '',
          })),
        })),
        all: logs.link?.(incident) ?? null,
      };
    },
  );
}

/** The latest time that RFC 3339 can write. */
const MAX_DATE_MS = 253_402_300_799_999;
