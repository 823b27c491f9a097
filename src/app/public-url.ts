import { hostname } from 'node:os';

/** What listens on all interfaces is reached by the machine's name, not by that address. */
const ANY_HOST: ReadonlySet<string> = new Set(['0.0.0.0', '::']);

interface Configured {
  readonly host: string;
  readonly publicUrl?: string | undefined;
}

interface Listening {
  readonly port: number;
  readonly url: string;
}

/**
 * The template of an incident's page for messages: under `http.publicUrl`, else under where the server listens.
 * `{incidentId}` is filled in by whoever composes.
 */
export function incidentUrlOf(config: Configured, server: Listening): string {
  return `${baseOf(config, server)}/incidents/{incidentId}`;
}

/** The status page, likewise. */
export function statusUrlOf(config: Configured, server: Listening): string {
  return `${baseOf(config, server)}/status`;
}

function baseOf({ host, publicUrl }: Configured, { port, url }: Listening): string {
  const base = publicUrl ?? (ANY_HOST.has(host) ? `http://${hostname()}:${port}` : url);
  return base.replace(/\/+$/, '');
}
