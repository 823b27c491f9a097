/** Codes of Node and undici, and what OpenSSL says in words, to what a person can do about them. First match wins. */
const REASONS: readonly (readonly [pattern: RegExp, reason: string])[] = [
  [/ECONNREFUSED/, 'nothing listens there (ECONNREFUSED)'],
  [/ENOTFOUND|EAI_AGAIN/, 'the name has no address (ENOTFOUND)'],
  [
    /WRONG_VERSION_NUMBER|wrong version number|before secure TLS connection/i,
    'what listens there does not speak TLS: is it the plain port?',
  ],
  [
    /SELF_SIGNED|self-signed|UNABLE_TO_VERIFY|UNABLE_TO_GET_ISSUER|signature failure|unable to (verify|get)/i,
    'its certificate is signed by nobody that is known here: give its authority as `ca`',
  ],
  [/CERT_HAS_EXPIRED|certificate has expired/i, 'its certificate has expired'],
  [/ALTNAME|altnames/i, 'its certificate is for another name than that in the address'],
  [
    /^HPE_|HTTP\/1\.1 protocol|Expected HTTP/,
    'what listens there does not speak HTTP: is it the right port?',
  ],
  [
    /UND_ERR_SOCKET|ECONNRESET|other side closed|socket hang up/,
    'it closes the connection: does it want https, or is it the right port?',
  ],
];

/** Why no connection came about, in plain words, by the code or message of the error; undefined for what is not known. */
export function connectionReason(error: unknown): string | undefined {
  if (!(error instanceof Error)) return undefined;
  const { code, message } = error as NodeJS.ErrnoException;
  const said = typeof code === 'string' ? `${code} ${message}` : message;
  return REASONS.find(([pattern]) => pattern.test(said))?.[1];
}
