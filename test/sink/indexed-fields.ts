import { templates } from '../../src/sink/templates.ts';

interface Mapping {
  readonly type?: string;
  readonly properties?: Readonly<Record<string, Mapping>>;
}

/** The fields that the sink's templates index. */
export function indexedFields(): ReadonlySet<string> {
  const config = { name: 'x', prefix: 'spanwatch', retentionDays: 1, maxBulkBytes: 1, timeoutMs: 1 };
  const [{ body }] = templates(config, false);
  const { mappings } = (body as unknown as { template: { mappings: Mapping } }).template;
  return new Set(leaves('', mappings));
}

function leaves(path: string, { type, properties = {} }: Mapping): string[] {
  const below = Object.entries(properties).flatMap(([name, one]) =>
    leaves(path === '' ? name : `${path}.${name}`, one),
  );
  return type === undefined ? below : [path, ...below];
}
