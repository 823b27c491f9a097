import { readFileSync } from 'node:fs';
import { fileURLToPath } from 'node:url';
import { parseAllDocuments } from 'yaml';

export const ROOT = fileURLToPath(new URL('../../', import.meta.url));
export const COMPOSE = `${ROOT}deploy/compose/`;
export const KUBERNETES = `${ROOT}deploy/kubernetes/`;

/** The documents of a YAML file as plain values; throws at what is no YAML, or has a key twice. */
export function readYamlFile(path: string): unknown[] {
  return parseAllDocuments(readFileSync(path, 'utf8'), { merge: true }).map((document) => {
    if (document.errors.length > 0) throw document.errors[0];
    return document.toJS() as unknown;
  });
}

export function readText(path: string): string {
  return readFileSync(path, 'utf8');
}

export function readSchema(name: string): object {
  return JSON.parse(readText(fileURLToPath(new URL(`schemas/${name}`, import.meta.url)))) as object;
}

/** What the Dockerfile says. */
export function dockerfile(): { readonly user: string; readonly ports: number[]; readonly volume: string } {
  const lines = readText(`${ROOT}Dockerfile`).split('\n');
  const argument = (word: string): string =>
    lines.findLast((line) => line.startsWith(`${word} `))?.slice(word.length + 1) ?? '';
  return {
    user: argument('USER'),
    ports: argument('EXPOSE').split(' ').map(Number),
    volume: argument('VOLUME'),
  };
}
