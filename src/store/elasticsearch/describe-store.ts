import {
  type ElasticsearchAccess,
  elasticsearchClient,
  elasticsearchReason,
  elasticsearchVersion,
} from '../../runtime/elasticsearch.ts';
import { StoreError } from '../store-error.ts';
import { Heads } from './heads.ts';

/** What answers there and whether a store is in it, for `check --connect`. Writes nothing. */
export async function describeStore(
  access: ElasticsearchAccess & { readonly prefix: string },
): Promise<{ readonly found: string; readonly problem?: string }> {
  const found = `Elasticsearch at ${access.url ?? 'Elastic Cloud'}`;
  const client = elasticsearchClient(access);
  try {
    const version = await elasticsearchVersion(client);
    const head = await new Heads(client, access.prefix).read();
    const holds = head === undefined ? 'a store will be made' : 'a store is there';
    return {
      found: `${found}${version === undefined ? '' : ` ${version}`}, ${access.prefix}-store-*: ${holds}`,
    };
  } catch (error) {
    const problem =
      error instanceof StoreError ? error.message : elasticsearchReason(error, 'the privilege "read"');
    return { found, problem };
  } finally {
    await client.close();
  }
}
