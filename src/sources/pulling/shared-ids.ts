import { SERVER_BITS } from '../../domain/shared-id.ts';
import { SpanKind, type SpanBatch } from '../../domain/span-batch.ts';
import { idKey } from './id-key.ts';

/**
 * Client and server of one call that share an id, as B3 has it: the server's span gets an id of its own, becomes the
 * client's child, and takes over the spans of its service that hang under the shared id. In place; a second time changes
 * nothing.
 */
export function tellSharedApart(batch: SpanBatch): void {
  const { traceId, spanId, parentId, kind, service } = batch;
  const clients = new Set<number>();
  for (let i = 0; i < batch.length; i++)
    if (kind[i] === SpanKind.Client) clients.add(idKey(traceId, spanId, i));
  /** Services of servers by the shared id. */
  const servers = new Map<number, Set<number>>();
  const renamed = new Set<number>();
  for (let i = 0; i < batch.length; i++) {
    if (kind[i] !== SpanKind.Server) continue;
    const key = idKey(traceId, spanId, i);
    if (!clients.has(key)) continue;
    const services = servers.get(key) ?? new Set();
    servers.set(key, services.add(service[i]));
    parentId[i * 2] = spanId[i * 2];
    parentId[i * 2 + 1] = spanId[i * 2 + 1];
    spanId[i * 2] ^= SERVER_BITS;
    renamed.add(i);
  }
  if (renamed.size === 0) return;
  for (let i = 0; i < batch.length; i++) {
    if (renamed.has(i)) continue;
    if (servers.get(idKey(traceId, parentId, i))?.has(service[i]) === true) parentId[i * 2] ^= SERVER_BITS;
  }
}
