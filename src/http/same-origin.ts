export interface OriginRequest {
  readonly method: string;
  readonly host: string | undefined;
  readonly origin: string | undefined;
  readonly secFetchSite: string | undefined;
  readonly authorization: string | undefined;
}

/**
 * Why a write must not be taken: another site's page makes the browser send it (cross-site request forgery). Browsers
 * say where a request comes from in Sec-Fetch-Site (W3C Fetch Metadata), older ones in Origin; programs say neither.
 * What carries a token in its own header was not made by a form.
 */
export function foreignWrite(request: OriginRequest): string | undefined {
  const { method, host, origin, secFetchSite, authorization } = request;
  if (method === 'GET' || method === 'HEAD' || method === 'OPTIONS') return undefined;
  if (authorization !== undefined) return undefined;
  if (secFetchSite !== undefined && secFetchSite !== 'same-origin' && secFetchSite !== 'none') {
    return `a page of another origin (${secFetchSite.slice(0, 20)}) may not write here`;
  }
  if (origin !== undefined && hostOf(origin) !== host?.toLowerCase()) {
    return 'a page of another origin may not write here';
  }
  return undefined;
}

/** `null`, which sandboxed pages send, is nobody's host. */
function hostOf(origin: string): string | undefined {
  return /^https?:\/\/(.+)$/i.exec(origin)?.[1].toLowerCase();
}
