import { mkdtempSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { afterAll, beforeAll } from 'vitest';
import { storeConformance, type StoreFixture } from '../../store/conformance.ts';
import { leaseConformance } from '../../store/lease-conformance.ts';
import { outboxConformance } from '../../store/outbox-conformance.ts';
import { type ElasticsearchServer, startElasticsearch } from '../rig/elasticsearch.ts';
import { haveServers, serverFolder } from '../rig/index.ts';
import { deleteIndices, openAt } from './store-at.ts';

if (await haveServers('elasticsearch')) {
  const folder = serverFolder('elasticsearch-store');
  let server: ElasticsearchServer;
  let number = 0;
  beforeAll(async () => {
    server = await startElasticsearch({ folder: folder.path });
  });
  afterAll(async () => {
    await server.stop();
    folder.done(true);
  });

  // Each opening has a file of its own: what it knows, it has from Elasticsearch.
  const fresh = (): Promise<StoreFixture> => {
    const prefix = `test-${++number}`;
    const path = mkdtempSync(join(tmpdir(), 'spanwatch-replica-'));
    let files = 0;
    return Promise.resolve({
      open: (clock) => openAt({ url: server.url, prefix, path: join(path, `${++files}.db`) }, clock),
      dispose: async () => {
        await deleteIndices(server.url, prefix);
        rmSync(path, { recursive: true });
      },
    });
  };
  storeConformance('Elasticsearch', fresh);
  outboxConformance('Elasticsearch', fresh);
  leaseConformance('Elasticsearch', fresh);
}
