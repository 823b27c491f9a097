import { createServer, type IncomingMessage, type ServerResponse } from 'node:http';

export interface SeenRequest {
  readonly method: string;
  readonly path: string;
  readonly body: string;
  readonly authorization: string | undefined;
}

export type Reply = { readonly status: number; readonly body?: object };
/** What it answers, or undefined for its usual answer. */
export type Answers = (request: SeenRequest) => Reply | undefined;

export interface ElasticsearchDouble {
  readonly url: string;
  readonly requests: SeenRequest[];
  /** Documents that are there, `index/id` to body, as create-only ids and external versions leave them. */
  readonly documents: Map<string, { version: number; body: unknown }>;
  answers: Answers;
  close(): Promise<void>;
}

/**
 * An HTTP server that keeps to the documented rules of the paths that we use: the product header, composable templates,
 * bulk with one result an item (create conflicts, external versions), no lifecycles unless `answers` says otherwise.
 */
export async function startElasticsearchDouble(): Promise<ElasticsearchDouble> {
  const requests: SeenRequest[] = [];
  const documents = new Map<string, { version: number; body: unknown }>();
  const stored = new Map<string, unknown>();
  const double = { answers: (() => undefined) as Answers };

  const usual = ({ method, path, body }: SeenRequest): Reply => {
    const [at] = path.split('?');
    if (at === '/') return { status: 200, body: { version: { number: '8.19.21', build_flavor: 'default' } } };
    if (at.startsWith('/_ilm/'))
      return { status: 400, body: { error: `no handler found for uri [${at}]`, status: 400 } };
    if (at === '/_bulk') return { status: 200, body: bulk(body, documents) };
    if (/^\/_(index|component)_template\//.test(at)) {
      if (method === 'PUT') {
        stored.set(at, JSON.parse(body));
        return { status: 200, body: { acknowledged: true } };
      }
      const one = stored.get(at);
      return one === undefined ? { status: 404, body: {} } : { status: 200, body: { templates: [one] } };
    }
    return { status: 404, body: { error: { type: 'index_not_found_exception' }, status: 404 } };
  };

  const server = createServer((request, response) => {
    void read(request).then((body) => {
      const seen = {
        method: request.method ?? '',
        path: request.url ?? '',
        body,
        authorization: request.headers.authorization,
      };
      requests.push(seen);
      reply(response, double.answers(seen) ?? usual(seen));
    });
  });
  await new Promise<void>((resolve) => server.listen(0, '127.0.0.1', resolve));
  const address = server.address();
  const port = typeof address === 'object' && address !== null ? address.port : 0;
  return Object.assign(double, {
    url: `http://127.0.0.1:${port}`,
    requests,
    documents,
    close: () =>
      new Promise<void>((resolve) => {
        server.closeAllConnections();
        server.close(() => resolve());
      }),
  });
}

function bulk(body: string, documents: Map<string, { version: number; body: unknown }>): object {
  const lines = body.split('\n');
  if (lines.pop() !== '') throw new Error('a bulk body ends with a line break');
  const items: object[] = [];
  for (let i = 0; i < lines.length; i += 2) {
    const [[action, of]] = Object.entries(
      JSON.parse(lines[i]) as Record<string, { _index: string; _id: string; version?: number }>,
    );
    const key = `${of._index}/${of._id}`;
    const there = documents.get(key);
    const conflict = action === 'create' ? there !== undefined : (there?.version ?? 0) >= (of.version ?? 0);
    if (!conflict)
      documents.set(key, { version: of.version ?? 1, body: JSON.parse(lines[i + 1]) as unknown });
    const error = { type: 'version_conflict_engine_exception', reason: `[${of._id}]: version conflict` };
    items.push({ [action]: conflict ? { status: 409, error } : { status: 201 } });
  }
  return { errors: items.length > 0, items };
}

function reply(response: ServerResponse, { status, body = {} }: Reply): void {
  response.writeHead(status, {
    'content-type': 'application/vnd.elasticsearch+json;compatible-with=8',
    'x-elastic-product': 'Elasticsearch',
  });
  response.end(JSON.stringify(body));
}

async function read(request: IncomingMessage): Promise<string> {
  let text = '';
  for await (const chunk of request as AsyncIterable<Buffer>) text += chunk.toString();
  return text;
}
