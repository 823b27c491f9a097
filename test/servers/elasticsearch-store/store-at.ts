import { request } from 'undici';
import {
  type Clock,
  createMetrics,
  type Logger,
  type Metrics,
  silentLogger,
} from '../../../src/runtime/index.ts';
import { openElasticsearchStore, type StartedStore } from '../../../src/store/index.ts';

interface Place {
  readonly url: string;
  readonly prefix: string;
  readonly path: string;
  readonly timeoutMs?: number;
  readonly snapshotEvery?: number;
  readonly placesAnIndex?: number;
  readonly metrics?: Metrics;
  readonly logger?: Logger;
}

/** A store on a server, started. */
export async function openAt(place: Place, clock: Clock): Promise<StartedStore> {
  const { metrics = createMetrics(), logger = silentLogger(), timeoutMs = 10_000, ...config } = place;
  const store = openElasticsearchStore({ ...config, timeoutMs }, { clock, logger, metrics });
  await store.start();
  return store;
}

export async function deleteIndices(url: string, prefix: string): Promise<void> {
  const { body } = await request(`${url}/_cat/indices/${prefix}-*?h=index&expand_wildcards=all`);
  for (const name of (await body.text()).split('\n').filter((line) => line !== '')) {
    const { body: answer } = await request(`${url}/${name.trim()}`, { method: 'DELETE' });
    await answer.dump();
  }
}
