import { createHash } from 'node:crypto';
import { readFileSync } from 'node:fs';
import { createRequire } from 'node:module';
import { dirname, join } from 'node:path';
import { fileURLToPath } from 'node:url';
import type { FastifyInstance } from 'fastify';

const OWN = fileURLToPath(new URL('./static/', import.meta.url));
const TYPES = {
  css: 'text/css; charset=utf-8',
  js: 'text/javascript; charset=utf-8',
  svg: 'image/svg+xml; charset=utf-8',
} as const;

/** Read once, at the start: a dozen small files, and a broken installation shows at once. */
function readAssets(): ReadonlyMap<string, { type: string; body: Buffer; etag: string }> {
  const uplot = dirname(createRequire(import.meta.url).resolve('uplot'));
  const files: readonly (readonly [name: string, path: string])[] = [
    ['page.css', join(OWN, 'page.css')],
    ['charts.js', join(OWN, 'charts.js')],
    ['times.js', join(OWN, 'times.js')],
    ['live.js', join(OWN, 'live.js')],
    ['icon.svg', join(OWN, 'icon.svg')],
    ['uplot.js', join(uplot, 'uPlot.esm.js')],
    ['uplot.css', join(uplot, 'uPlot.min.css')],
  ];
  return new Map(
    files.map(([name, path]) => {
      const body = readFileSync(path);
      const type = TYPES[name.split('.')[1] as keyof typeof TYPES];
      const etag = `"${createHash('sha256').update(body).digest('base64url').slice(0, 22)}"`;
      return [name, { type, body, etag }];
    }),
  );
}

/** `/assets/NAME`: styles and modules, asked for again each time and answered 304 while they are the same. */
export function assetRoutes(server: FastifyInstance): void {
  const assets = readAssets();
  for (const [name, { type, body, etag }] of assets) {
    server.get(`/assets/${name}`, { config: { open: true } }, (request, reply) => {
      reply.headers({ 'cache-control': 'no-cache', etag });
      if (request.headers['if-none-match'] === etag) return reply.code(304).send();
      return reply.type(type).send(body);
    });
  }
}
