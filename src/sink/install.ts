import type { Client } from '@elastic/elasticsearch';
import type { JsonValue } from '../runtime/index.ts';
import { ask } from './bulk-writer.ts';
import type { ElasticsearchSinkConfig } from './sink-config.ts';
import { TEMPLATE_VERSION } from './sink-config.ts';
import { ilmPolicy, policyName, templates } from './templates.ts';

/** What a server without index lifecycle management answers at its paths: no handler, or (serverless) gone. */
const NO_ILM: readonly number[] = [400, 404, 405, 410];

/**
 * Puts templates, and a lifecycle policy where the server has lifecycles, unless what is there is as new. Resolves to
 * whether it has. Rejects when it cannot be asked or does not let us.
 */
export async function install(
  client: Client,
  config: ElasticsearchSinkConfig,
): Promise<{ readonly ilm: boolean }> {
  const ilm = await hasIlm(client);
  if (ilm && (await policyDiffers(client, config))) {
    const { path, body } = ilmPolicy(config);
    await ask(client, { method: 'PUT', path, body });
  }
  for (const { path, body } of templates(config, ilm)) {
    const there = await ask(client, { method: 'GET', path: `${path}?filter_path=**.version`, fine: [404] });
    if (versionIn(there) < TEMPLATE_VERSION) await ask(client, { method: 'PUT', path, body });
  }
  return { ilm };
}

async function hasIlm(client: Client): Promise<boolean> {
  const status = await ask(client, { method: 'GET', path: '/_ilm/status', fine: NO_ILM });
  return typeof status === 'object' && status !== null && 'operation_mode' in status;
}

/** Of another retention, or not there. */
async function policyDiffers(client: Client, config: ElasticsearchSinkConfig): Promise<boolean> {
  const name = policyName(config.prefix);
  const answer = await ask(client, { method: 'GET', path: `/_ilm/policy/${name}`, fine: [404] });
  const policy = (
    answer as { [policy: string]: { policy?: { _meta?: { retention_days?: number } } } } | undefined
  )?.[name];
  return policy?.policy?._meta?.retention_days !== config.retentionDays;
}

/** The first number called `version` in an answer of templates; 0 when there is none. */
function versionIn(answer: JsonValue | undefined): number {
  if (typeof answer !== 'object' || answer === null) return 0;
  for (const [key, value] of Object.entries(answer)) {
    if (key === 'version' && typeof value === 'number') return value;
    const below = versionIn(value);
    if (below > 0) return below;
  }
  return 0;
}
