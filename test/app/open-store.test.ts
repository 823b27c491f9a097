import { mkdtempSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { afterEach, beforeEach, expect, it } from 'vitest';
import { openStore } from '../../src/app/open-store.ts';
import { Opened } from '../../src/app/opened.ts';
import { parseConfig } from '../../src/config/index.ts';
import { ManualClock } from '../../src/runtime/index.ts';
import { testRuntime } from '../http/test-server.ts';
import { type ElasticsearchDouble, startElasticsearchDouble } from '../sink/elasticsearch-double.ts';
import { elasticsearchAnswers } from '../store/elasticsearch-answers.ts';

let server: ElasticsearchDouble;
let folders: string[];
beforeEach(async () => {
  server = await startElasticsearchDouble();
  server.answers = elasticsearchAnswers();
  folders = [1, 2].map(() => mkdtempSync(join(tmpdir(), 'spanwatch-open-')));
});
afterEach(async () => {
  await server.close();
  for (const folder of folders) rmSync(folder, { recursive: true });
});

/** An installation with its data directory there. */
function openIn(folder: string, clock: ManualClock) {
  const text = `dataDir: ${folder}\nstore: { kind: elasticsearch, url: "${server.url}", leaseMs: 5000 }\n`;
  const outcome = parseConfig(text, 'test');
  if (!outcome.ok) throw new Error(JSON.stringify(outcome));
  return openStore(outcome.config, new Opened(), { ...testRuntime(), clock });
}

function holder(): string | undefined {
  const written = server.requests.findLast(
    ({ path, method }) => method === 'PUT' && path.includes('lease-writer'),
  );
  return written && (JSON.parse(written.body) as { holder: string }).holder;
}

it('asks for the right to write in the name of its data directory, whatever the host is called', async () => {
  const holders: (string | undefined)[] = [];
  for (const folder of [folders[0], folders[0], folders[1]]) {
    const { life } = openIn(folder, new ManualClock(0));
    await life.start();
    holders.push(holder()?.replace(/^.*\(/, ''));
    await life.shutdown();
  }
  expect(holders[0]).toMatch(/^[0-9a-f-]{36}\)$/);
  expect(holders[1]).toBe(holders[0]);
  expect(holders[2]).not.toBe(holders[0]);
});
