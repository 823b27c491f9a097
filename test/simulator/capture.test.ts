import { mkdtempSync, readFileSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { gunzipSync } from 'node:zlib';
import { afterEach, beforeEach, describe, expect, it } from 'vitest';
import { SpanBatch } from '../../src/domain/span-batch.ts';
import { Names } from '../../src/domain/names.ts';
import { createFormats } from '../../src/formats/index.ts';
import { at, writeCapture } from '../../src/simulator/index.ts';
import { START_MS, plainSpans, spansOf } from './spans-of.ts';

describe('writeCapture', () => {
  let folder = '';
  beforeEach(() => {
    folder = mkdtempSync(join(tmpdir(), 'spanwatch-capture-'));
  });
  afterEach(() => rmSync(folder, { recursive: true }));

  it('writes a line a second, gzipped by name, that decodes to what was simulated', async () => {
    const script = at(5).slow('payment', { addMs: 100 }, 5);
    const options = { seed: 7, startMs: START_MS, seconds: 20, script };
    const plain = await writeCapture({ ...options, path: join(folder, 'a.jsonl') });
    await writeCapture({ ...options, path: join(folder, 'a.jsonl.gz') });
    const text = readFileSync(join(folder, 'a.jsonl'));
    expect(gunzipSync(readFileSync(join(folder, 'a.jsonl.gz'))).equals(text)).toBe(true);
    const lines = text.toString('utf8').split('\n');
    expect(lines).toHaveLength(21);
    const batch = new SpanBatch(new Names());
    const format = createFormats(batch.names).byName['otlp-json'];
    for (const line of lines.slice(0, 20)) format.decode(Buffer.from(line), batch);
    const byId = (spans: ReturnType<typeof plainSpans>) => spans.sort((a, b) => (a.id < b.id ? -1 : 1));
    expect(byId(plainSpans(batch))).toEqual(byId(spansOf({ script }, 20)));
    expect(plain.spans).toBe(batch.length);
    expect(plain.truths).toHaveLength(1);
  });

  it('rejects when the file cannot be written', async () => {
    const path = join(folder, 'missing', 'a.jsonl');
    await expect(writeCapture({ seed: 1, startMs: START_MS, seconds: 1, path })).rejects.toThrow('ENOENT');
  });
});
