import { existsSync, readdirSync, readFileSync } from 'node:fs';
import { dirname, join } from 'node:path';
import { describe, expect, it } from 'vitest';
import { runCommandLine } from '../../src/cli/index.ts';

const ROOT = join(import.meta.dirname, '..', '..');

function pages(): string[] {
  const inRoot = readdirSync(ROOT).filter((name) => name.endsWith('.md'));
  const inDocs = readdirSync(join(ROOT, 'docs'), { recursive: true, encoding: 'utf8' })
    .filter((name) => name.endsWith('.md'))
    .map((name) => join('docs', name));
  return [...inRoot, ...inDocs, join('models', 'README.md')];
}

function read(page: string): string {
  return readFileSync(join(ROOT, page), 'utf8');
}

describe('the documents', () => {
  it.each(pages())('%s links to what is there', (page) => {
    const targets = [...read(page).matchAll(/\]\(([^)\s]+)\)/g)].map((match) => match[1].split('#')[0]);
    const missing = targets
      .filter((target) => target !== '' && !/^[a-z]+:/.test(target))
      .filter((target) => !existsSync(join(ROOT, dirname(page), target)));
    expect(missing).toEqual([]);
  });

  it.each(['README.md', 'CONTRIBUTING.md', 'docs/architecture.md', 'docs/operations.md'])(
    '%s names paths and npm scripts that are there',
    (page) => {
      const text = read(page);
      const paths = [...text.matchAll(/`((?:src|test|bench|docs|models|bin)\/[\w./-]+)`/g)].map((m) => m[1]);
      expect(paths.filter((path) => !existsSync(join(ROOT, path)))).toEqual([]);
      const { scripts } = JSON.parse(read('package.json')) as { scripts: Record<string, string> };
      const named = [...text.matchAll(/npm run (?:-s )?([\w:]+)/g)].map((match) => match[1]);
      expect(named.filter((name) => scripts[name] === undefined)).toEqual([]);
    },
  );

  it('docs/architecture.md has a line for every folder of src', () => {
    const folders = readdirSync(join(ROOT, 'src'), { withFileTypes: true })
      .filter((entry) => entry.isDirectory())
      .map(({ name }) => name);
    const text = read('docs/architecture.md');
    expect(folders.filter((name) => !text.includes(`| \`${name}\``))).toEqual([]);
  });

  it('docs/architecture.md says whose ports each room takes', () => {
    const rows = read('docs/architecture.md').matchAll(/^\| `([a-z]+)` \| .* \| ([\w, ]*)\|$/gm);
    const said = [...rows].filter(([, room]) => !['app', 'cli'].includes(room));
    expect(said.length).toBeGreaterThan(20);
    for (const [, room, ports] of said) {
      const named = ports.split(',').map((port) => port.trim());
      expect({ room, ports: named.filter((port) => port !== '') }).toEqual({ room, ports: portsOf(room) });
    }
  });

  it('the README stays short, and lists every command', async () => {
    const readme = read('README.md');
    expect(readme.split('\n').length).toBeLessThan(200);
    const commands = (await helpText()).matchAll(/^ {2}(\w+) {2,}\S/gm);
    const missing = [...commands]
      .map(([, name]) => name)
      .filter((name) => !readme.includes(`| \`spanwatch ${name}`));
    expect(missing).toEqual([]);
  });
});

/** Rooms whose port.ts is imported by a file of `room`. */
function portsOf(room: string): string[] {
  const files = readdirSync(join(ROOT, 'src', room), { recursive: true, encoding: 'utf8' });
  const found = files
    .filter((name) => name.endsWith('.ts'))
    .flatMap((name) => [...read(join('src', room, name)).matchAll(/from '(?:\.\.\/)+(\w+)\/port\.ts'/g)]);
  return [...new Set(found.map((match) => match[1]))].sort();
}

async function helpText(): Promise<string> {
  const printed: string[] = [];
  await runCommandLine(['--help'], {
    out: (text) => void printed.push(text),
    err: (text) => void printed.push(text),
    interactive: false,
    color: false,
    stopped: Promise.resolve(),
  });
  return printed.join('');
}
