import type { ApiBook } from '../operation.ts';
import type { HttpParts } from '../port.ts';
import { statusSchema } from '../schemas/admin.ts';

export function statusRoutes(api: ApiBook, parts: Pick<HttpParts, 'status'>): void {
  api.add(
    {
      method: 'GET',
      path: '/api/v1/status',
      id: 'getStatus',
      tag: 'status',
      summary: 'What the process is doing: time, lag, model, budget, sources, outbox',
      answers: { 200: { description: 'As known now.', schema: statusSchema } },
    },
    () => parts.status(),
  );
}
