import type { Client } from '@elastic/elasticsearch';
import { ask } from './bulk-writer.ts';
import { type ElasticsearchSinkConfig, indexNames } from './sink-config.ts';

const DAY_MS = 24 * 3_600_000;

/**
 * Retention by deleting whole indices; no query deletes anything. Months of incidents go when the month has ended so
 * long ago; where the server has no lifecycles, streams are rolled over each day and a backing index goes so long after
 * its successor was made. Resolves to the names that were deleted.
 */
export async function pruneIndices(
  client: Client,
  config: ElasticsearchSinkConfig,
  { nowMs, ilm }: { readonly nowMs: number; readonly ilm: boolean },
): Promise<readonly string[]> {
  const { incidents, events, traces } = indexNames(config.prefix);
  const beforeMs = nowMs - config.retentionDays * DAY_MS;
  const old = (await created(client, `${incidents}-*`))
    .map(({ name }) => name)
    .filter((name) => monthEnd(name, incidents) < beforeMs);
  if (!ilm) {
    for (const stream of [events, traces]) {
      await ask(client, {
        method: 'POST',
        path: `/${stream}/_rollover`,
        body: { conditions: { max_age: '1d', min_docs: 1 } },
        fine: [400, 404],
      });
      const backing = await created(client, `.ds-${stream}-*`);
      backing.forEach(({ name }, i) => {
        const next = backing.at(i + 1);
        if (next !== undefined && next.createdAt < beforeMs) old.push(name);
      });
    }
  }
  for (const name of old)
    await ask(client, { method: 'DELETE', path: `/${encodeURIComponent(name)}`, fine: [404] });
  return old;
}

/** Indices by when they were made, oldest first; of a stream that is the order of its generations. */
async function created(
  client: Client,
  pattern: string,
): Promise<{ readonly name: string; readonly createdAt: number }[]> {
  const path = `/${pattern}/_settings/index.creation_date?expand_wildcards=open,closed,hidden&allow_no_indices=true`;
  const answer = await ask(client, { method: 'GET', path, fine: [404] });
  const entries = Object.entries(
    (answer ?? {}) as { [index: string]: { settings?: { index?: { creation_date?: string } } } },
  );
  return entries
    .map(([name, { settings }]) => ({ name, createdAt: Number(settings?.index?.creation_date ?? 0) }))
    .toSorted((a, b) => a.createdAt - b.createdAt || (a.name < b.name ? -1 : 1));
}

/** Epoch ms of the first moment after the month in an index's name; never for a name that has none: it is not ours. */
function monthEnd(name: string, incidents: string): number {
  const match = /^(\d{4})\.(\d\d)$/.exec(name.slice(incidents.length + 1));
  return match === null ? Number.POSITIVE_INFINITY : Date.UTC(Number(match[1]), Number(match[2]), 1);
}
