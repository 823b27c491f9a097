import { hostname } from 'node:os';

/** What listens on all interfaces is reached by the machine's name, not by that address. */
const ANY_HOST: ReadonlySet<string> = new Set(['0.0.0.0', '::']);

/**
 * The template of an incident's page for messages: under `http.publicUrl`, else under where the server listens.
 * `{incidentId}` is filled in by whoever composes.
 */
export function incidentUrlOf(
  config: { readonly host: string; readonly publicUrl?: string | undefined },
  server: { readonly port: number; readonly url: string },
): string {
  const base =
    config.publicUrl ?? (ANY_HOST.has(config.host) ? `http://${hostname()}:${server.port}` : server.url);
  return `${base.replace(/\/+$/, '')}/incidents/{incidentId}`;
}
