import { readFileSync, writeFileSync } from 'node:fs';

// `node test/deploy/schemas/subset.ts _definitions.json`: what our manifests use of Kubernetes' API, without the prose.
const ROOTS = [
  'io.k8s.api.apps.v1.StatefulSet',
  'io.k8s.api.core.v1.ConfigMap',
  'io.k8s.api.core.v1.Namespace',
  'io.k8s.api.core.v1.Secret',
  'io.k8s.api.core.v1.Service',
  'io.k8s.api.core.v1.ServiceAccount',
  'io.k8s.api.networking.v1.NetworkPolicy',
];
const REFERENCE = '#/definitions/';

type Json = null | boolean | number | string | readonly Json[] | { readonly [key: string]: Json };
type Node = { readonly [key: string]: Json };

function isNode(value: Json): value is Node {
  return typeof value === 'object' && value !== null && !Array.isArray(value);
}

/** References as `#/definitions/NAME`; descriptions left out, but for properties of that name. */
function tidied(value: Json, inProperties = false): Json {
  if (Array.isArray(value)) return value.map((each: Json) => tidied(each));
  if (!isNode(value)) return value;
  const entries = Object.entries(value).flatMap(([key, each]): [string, Json][] => {
    if (key === 'description' && !inProperties) return [];
    if (key === '$ref' && typeof each === 'string')
      return [[key, REFERENCE + (each.split('/').at(-1) ?? '')]];
    return [[key, tidied(each, key === 'properties' && !inProperties)]];
  });
  return Object.fromEntries(entries);
}

function referencesOf(value: Json): string[] {
  return [...JSON.stringify(value).matchAll(/"#\/definitions\/([^"]+)"/g)].map(([, name]) => name);
}

const [path = '_definitions.json'] = process.argv.slice(2);
const file = JSON.parse(readFileSync(path, 'utf8')) as Node;
const all = file['$defs'] as Record<string, Json>;
const definitions: Record<string, Json> = {};
const queue = [...ROOTS];
for (let name = queue.pop(); name !== undefined; name = queue.pop()) {
  if (name in definitions) continue;
  if (!(name in all)) throw new Error(`${path} has no ${name}`);
  definitions[name] = tidied(all[name]);
  queue.push(...referencesOf(definitions[name]));
}
const sorted = Object.fromEntries(Object.entries(definitions).sort(([a], [b]) => (a < b ? -1 : 1)));
writeFileSync(new URL('kubernetes.json', import.meta.url), `${JSON.stringify({ definitions: sorted })}\n`);
process.stdout.write(`${Object.keys(sorted).length} definitions\n`);
