import type { BrokenRule, ReadConfig } from './broken-rule.ts';
import type { Secret } from './secret.ts';

/**
 * Node takes a `ca` without any certificate and trusts nobody then, without a word: `ca: ca.pem` instead of
 * `ca: {file: ca.pem}` would only be told as "signed by nobody that is known".
 */
export function certificateRules({ sources, sinks, store, logs }: ReadConfig): BrokenRule[] {
  return [
    ...sources.flatMap((source, i) => {
      const part = `sources[${i}]`;
      if (source?.type === 'kafka')
        return [...noPem(part, 'tls.ca', source.tls?.ca), ...noPem(part, 'tls.cert', source.tls?.cert)];
      return source?.type === 'jaeger-query' || source?.type === 'elasticsearch'
        ? noPem(part, 'ca', source.ca)
        : [];
    }),
    ...sinks.flatMap((sink, i) => noPem(`sinks[${i}]`, 'ca', sink?.ca)),
    ...noPem('store', 'ca', store.ca),
    ...logs.sources.flatMap((source, i) => noPem(`logs.sources[${i}]`, 'ca', source?.ca)),
  ];
}

function noPem(part: string, key: string, certificate: Secret | undefined): BrokenRule[] {
  if (certificate === undefined || /-----BEGIN (TRUSTED |X509 )?CERTIFICATE-----/.test(certificate.reveal()))
    return [];
  const message = 'is no certificate in PEM; a file of that name is {file: PATH}';
  return [{ part, path: `${part}.${key}`, message }];
}
