import { execFileSync } from 'node:child_process';
import { readFileSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';

export interface Certificates {
  /** Paths of PEM files. */
  readonly ca: string;
  /** Key and certificate of 127.0.0.1 in one file, as Kafka takes them. */
  readonly broker: string;
  readonly client: { readonly cert: string; readonly key: string };
  /** Of an authority that nobody here knows. */
  readonly otherCa: string;
}

/** Made anew by openssl, valid for a day. */
export function makeCertificates(folder: string): Certificates {
  const path = (name: string): string => join(folder, name);
  const openssl = (...args: readonly string[]): void =>
    void execFileSync('openssl', args, { cwd: folder, stdio: 'ignore' });
  const authority = (name: string): void =>
    openssl(
      ...['req', '-x509', '-newkey', 'rsa:2048', '-nodes', '-days', '1'],
      ...files(name),
      '-subj',
      `/CN=${name}`,
    );
  const files = (name: string): string[] => ['-keyout', `${name}.key`, '-out', `${name}.pem`];
  authority('ca');
  authority('other-ca');
  for (const name of ['broker', 'client']) {
    openssl(
      'req',
      '-newkey',
      'rsa:2048',
      '-nodes',
      '-keyout',
      `${name}.key`,
      '-out',
      `${name}.csr`,
      '-subj',
      `/CN=${name}`,
    );
    writeFileSync(path(`${name}.ext`), 'subjectAltName=IP:127.0.0.1');
    const signed = [
      '-in',
      `${name}.csr`,
      '-CA',
      'ca.pem',
      '-CAkey',
      'ca.key',
      '-CAcreateserial',
      '-days',
      '1',
    ];
    openssl('x509', '-req', ...signed, '-extfile', `${name}.ext`, '-out', `${name}.pem`);
  }
  const both = ['broker.key', 'broker.pem'].map((name) => readFileSync(path(name), 'utf8')).join('\n');
  writeFileSync(path('broker-both.pem'), both);
  return {
    ca: path('ca.pem'),
    broker: path('broker-both.pem'),
    client: { cert: path('client.pem'), key: path('client.key') },
    otherCa: path('other-ca.pem'),
  };
}
