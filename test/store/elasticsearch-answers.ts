import type { Answers, Reply, SeenRequest } from '../sink/elasticsearch-double.ts';

interface Stored {
  readonly seqNo: number;
  readonly source: unknown;
}

const missing = (type: string): Reply => ({ status: 404, body: { error: { type }, status: 404 } });

/** Indices, aliases, documents by id, compare and swap, as Elasticsearch's reference has them; nothing else. */
export function elasticsearchAnswers(): Answers {
  const indices = new Map<string, Map<string, Stored>>();
  const aliases = new Map<string, string>();
  let seqNo = 0;

  const put = (documents: Map<string, Stored>, id: string, body: string): Reply => {
    const isNew = !documents.has(id);
    documents.set(id, { seqNo: seqNo++, source: JSON.parse(body) as unknown });
    return { status: isNew ? 201 : 200, body: { result: isNew ? 'created' : 'updated' } };
  };
  const makeIndex = (name: string, body: string): Reply => {
    if (indices.has(name))
      return { status: 400, body: { error: { type: 'resource_already_exists_exception' }, status: 400 } };
    indices.set(name, new Map());
    for (const alias of Object.keys((JSON.parse(body) as { aliases?: object }).aliases ?? {}))
      aliases.set(alias, name);
    return { status: 200, body: { acknowledged: true } };
  };
  const deleteIndex = (name: string): Reply => {
    if (!indices.delete(name)) return missing('index_not_found_exception');
    for (const [alias, of] of aliases) if (of === name) aliases.delete(alias);
    return { status: 200, body: { acknowledged: true } };
  };
  const many = (documents: Map<string, Stored> | undefined, body: string): Reply => {
    const { ids } = JSON.parse(body) as { ids: string[] };
    const docs = ids.map((id) => {
      if (documents === undefined) return { _id: id, error: { type: 'index_not_found_exception' } };
      const found = documents.get(id);
      return found === undefined
        ? { _id: id, found: false }
        : { _id: id, found: true, _source: found.source };
    });
    return { status: 200, body: { docs } };
  };

  return ({ method, path, body }: SeenRequest) => {
    const { pathname, searchParams } = new URL(path, 'http://double');
    const [name, verb, id = ''] = pathname.slice(1).split('/');
    if (!name.includes('-store-')) return undefined;
    const documents = indices.get(aliases.get(name) ?? name);
    if (verb === undefined) return method === 'PUT' ? makeIndex(name, body) : deleteIndex(name);
    if (verb === '_mget') return many(documents, body);
    if (documents === undefined || (searchParams.has('require_alias') && !aliases.has(name)))
      return missing('index_not_found_exception');
    const there = documents.get(id);
    if (method === 'GET') {
      if (there === undefined) return { status: 404, body: { found: false } };
      return {
        status: 200,
        body: { found: true, _seq_no: there.seqNo, _primary_term: 1, _source: there.source },
      };
    }
    const expected = searchParams.get('if_seq_no');
    const conflict =
      verb === '_create' ? there !== undefined : expected !== null && Number(expected) !== there?.seqNo;
    return conflict
      ? { status: 409, body: { error: { type: 'version_conflict_engine_exception' }, status: 409 } }
      : put(documents, id, body);
  };
}
