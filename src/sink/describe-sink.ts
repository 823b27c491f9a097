import { elasticsearchClient, elasticsearchReason } from '../runtime/elasticsearch.ts';
import { ask } from './bulk-writer.ts';
import { type ElasticsearchSinkConfig, indexNames } from './sink-config.ts';

/** What answers there, for `check --connect`. Writes nothing. */
export async function describeSink(
  config: ElasticsearchSinkConfig,
): Promise<{ readonly found: string; readonly problem?: string }> {
  const found = `Elasticsearch at ${config.url ?? 'Elastic Cloud'}`;
  const client = elasticsearchClient(config);
  const names = Object.values(indexNames(config.prefix));
  try {
    const { version } = await client.info();
    const said = `${found} ${version.number}, ${names.join(', ')}`;
    const lacking = await missingPrivileges(config);
    return lacking === undefined ? { found: said } : { found: said, problem: lacking };
  } catch (error) {
    return { found, problem: elasticsearchReason(error, 'the privilege "monitor"') };
  } finally {
    await client.close();
  }
}

/** By the server's own account (reference, "Has privileges"); one without security has no such path. */
async function missingPrivileges(config: ElasticsearchSinkConfig): Promise<string | undefined> {
  const client = elasticsearchClient(config);
  try {
    const privileges = [
      'create_doc',
      'index',
      'auto_configure',
      'read',
      'view_index_metadata',
      'manage',
      'delete_index',
    ];
    const answer = (await ask(client, {
      method: 'POST',
      path: '/_security/user/_has_privileges',
      body: {
        cluster: ['monitor', 'manage_index_templates'],
        index: [{ names: [`${config.prefix}-*`], privileges }],
      },
      fine: [400, 404, 405, 410],
    })) as HasPrivileges | undefined;
    if (answer === undefined || answer.has_all_requested !== false) return undefined;
    const index = Object.values(answer.index ?? {}).flatMap(lackingIn);
    return `it lacks the privileges ${[...lackingIn(answer.cluster ?? {}), ...index].join(', ')}`;
  } finally {
    await client.close();
  }
}

interface HasPrivileges {
  readonly has_all_requested?: boolean;
  readonly cluster?: Readonly<Record<string, boolean>>;
  readonly index?: Readonly<Record<string, Readonly<Record<string, boolean>>>>;
}

function lackingIn(privileges: Readonly<Record<string, boolean>>): string[] {
  return Object.entries(privileges).flatMap(([name, has]) => (has ? [] : [name]));
}
