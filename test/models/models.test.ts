import { createHash } from 'node:crypto';
import { mkdirSync, mkdtempSync, readdirSync, readFileSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { afterAll, beforeEach, describe, expect, it } from 'vitest';
import { type BaselineRow, type ModelData, readModel, writeModel } from '../../src/models/index.ts';

const row = (key: string): BaselineRow => [key, 8.5, 0.1, 0.01, 0.008, 0.007, 0.006, 1.1, 360, 12_345];
const MODEL: ModelData = {
  createdAt: '2026-05-01T12:20:00.000Z',
  trainedOn: {
    from: '2026-05-01T12:00:00.000Z',
    to: '2026-05-01T12:20:00.000Z',
    spans: 1000,
    traces: 100,
    windows: 120,
  },
  baselines: [row('self(pay, Charge)'), [...row('self(注文, 支払い "quoted")'), 2.5, 12, 12_000, 1.2] as BaselineRow],
  forests: [{ entry: 'total(web, GET /)', usualLogSpans: 2.3, threshold: 0.6, usualStrength: 9, forest: { any: [1, 2] } }],
  spreads: [],
  seasons: [],
  skew: [
    {
      caller: { service: { environment: '', namespace: '', name: 'web' }, instance: 'web-1' },
      callee: { service: { environment: '', namespace: '', name: 'pay' }, instance: '' },
      offsetUs: -1700.5,
    },
  ],
};
const FILES = ['baselines.json', 'forests.json', 'manifest.json', 'skew.json'];

const root = mkdtempSync(join(tmpdir(), 'spanwatch-models-'));
const directory = join(root, 'deep', 'm1');
beforeEach(() => {
  rmSync(directory, { recursive: true, force: true });
  writeModel(directory, MODEL);
});
afterAll(() => rmSync(root, { recursive: true }));

const text = (file: string, of = directory): string => readFileSync(join(of, file), 'utf8');
const reason = (): string => {
  const outcome = readModel(directory);
  return outcome.ok ? 'not refused' : outcome.reason;
};

/** Changes a file and mends its checksum, so that only the content is at fault. */
function rewrite(file: string, content: string): void {
  writeFileSync(join(directory, file), content);
  const sum = createHash('sha256').update(content).digest('hex');
  const manifest = text('manifest.json').replace(new RegExp(`("${file}": ")[0-9a-f]+`), `$1${sum}`);
  writeFileSync(join(directory, 'manifest.json'), manifest);
}

describe('a model directory', () => {
  it('gives back what was written', () => {
    const checksum = expect.stringMatching(/^[0-9a-f]{64}$/) as string;
    expect(readModel(directory)).toEqual({ ok: true, name: 'm1', checksum, model: MODEL });
  });

  it('has the same bytes for the same model, and others for another', () => {
    const again = join(root, 'm2');
    writeModel(again, structuredClone(MODEL));
    for (const file of FILES) expect(text(file, again)).toBe(text(file));
    writeModel(again, { ...MODEL, baselines: [] });
    expect(text('manifest.json', again)).not.toBe(text('manifest.json'));
  });

  it('is replaced as a whole, and nothing else is left beside it', () => {
    writeFileSync(join(directory, 'stray.txt'), 'x');
    writeModel(directory, { ...MODEL, forests: [] });
    const outcome = readModel(directory);
    expect(outcome.ok && outcome.model.forests).toEqual([]);
    expect(readdirSync(directory).sort()).toEqual(FILES);
    expect(readdirSync(join(root, 'deep'))).toEqual(['m1']);
  });

  it('may be empty', () => {
    writeModel(directory, { ...MODEL, baselines: [], forests: [] });
    expect(readModel(directory).ok).toBe(true);
  });
});

describe('seasons', () => {
  const seasonal: ModelData = {
    ...MODEL,
    seasons: [
      ['self(pay, Charge)', [0.1, -0.02, 0, 0.00001], []],
      ['total(web, GET /)', [0, 0, 0, 0], Array.from({ length: 168 }, (_, hour) => hour / 1000)],
    ],
  };

  it('are a file of their own, and come back', () => {
    writeModel(directory, seasonal);
    expect(readdirSync(directory).sort()).toEqual([...FILES, 'seasons.json'].sort());
    const outcome = readModel(directory);
    expect(outcome.ok && outcome.model).toEqual(seasonal);
  });

  it('of two thousand components stay far below the size of a model', () => {
    const slots = Array.from({ length: 168 }, (_, hour) => Number((Math.sin(hour) / 3).toFixed(5)));
    const rows = Array.from({ length: 2000 }, (_, i) => [`self(s, o${i})`, [0.1, 0.1, 0.1, 0.1], slots] as const);
    writeModel(directory, { ...MODEL, seasons: rows });
    expect(text('seasons.json').length).toBeLessThan(4e6);
  });

  it.each([
    ['too few hours of the week', (json: string) => json.replace('0.167]', '0.1,0.2]')],
    ['a coefficient too many', (json: string) => json.replace('[0.1,', '[0.1,0.1,')],
    ['an offset beyond reason', (json: string) => json.replace('-0.02', '-20')],
    ['an offset that is no number', (json: string) => json.replace('-0.02', 'null')],
  ])('with %s are refused, naming the file', (_, damage) => {
    writeModel(directory, seasonal);
    rewrite('seasons.json', damage(text('seasons.json')));
    expect(reason()).toContain('seasons.json');
  });
});

describe('a damaged model is refused, and the reason names the file', () => {
  it.each(FILES)('%s is missing', (file) => {
    rmSync(join(directory, file));
    expect(reason()).toMatch(new RegExp(`there is no ${file} in it`));
  });

  it('it is not there at all', () => {
    rmSync(directory, { recursive: true });
    expect(reason()).toContain(directory);
  });

  it.each(['baselines.json', 'forests.json'])('one byte of %s is another', (file) => {
    writeFileSync(join(directory, file), text(file).replace('2', '3'));
    expect(reason()).toContain(`${file} is not what the manifest says`);
  });

  it.each(['baselines.json', 'forests.json'])('%s is cut short', (file) => {
    writeFileSync(join(directory, file), text(file).slice(0, -5));
    expect(reason()).toContain(file);
  });

  it.each(FILES)('%s is no JSON', (file) => {
    if (file === 'manifest.json') writeFileSync(join(directory, file), '{"format": ');
    else rewrite(file, '[1,');
    expect(reason()).toMatch(new RegExp(`${file} is not valid JSON`));
  });

  it.each(FILES)('%s is a directory', (file) => {
    rmSync(join(directory, file));
    mkdirSync(join(directory, file));
    expect(reason()).toMatch(new RegExp(`${file} cannot be read \\(EISDIR\\)`));
  });

  it('it has the format of another version', () => {
    writeFileSync(join(directory, 'manifest.json'), text('manifest.json').replace('model/1', 'model/9'));
    expect(reason()).toMatch(/spanwatch-model\/9.*spanwatch-model\/1.*learn it again/);
  });

  it('its manifest says no checksum', () => {
    const manifest = JSON.parse(text('manifest.json'));
    delete manifest.sha256['forests.json'];
    writeFileSync(join(directory, 'manifest.json'), JSON.stringify(manifest));
    expect(reason()).toContain('forests.json');
  });

  it.each([
    ['trainedOn', { trainedOn: 'yesterday' }],
    ['windows', { trainedOn: { ...MODEL.trainedOn, windows: -1 } }],
    ['createdAt', { createdAt: 5 }],
    ['sha256', { sha256: [] }],
  ])('the %s of its manifest is out of shape', (field, change) => {
    const manifest = { ...JSON.parse(text('manifest.json')), ...change };
    writeFileSync(join(directory, 'manifest.json'), JSON.stringify(manifest));
    expect(reason()).toMatch(new RegExp(`manifest.json at .*${field}`));
  });

  const changed = (at: number, value: unknown): string =>
    JSON.stringify([row('self(pay, Charge)').map((v, i) => (i === at ? value : v))]);
  it.each([
    ['a key that is no text', changed(0, 5)],
    ['a level that is null', changed(1, null)],
    ['a spread of nothing', changed(3, 0)],
    ['a negative spread', changed(2, -1)],
    ['an inflation below 1', changed(7, 0.5)],
    ['a row too short', '[["self(a, b)", 1]]'],
    ['an object for a list', '{}'],
    ['a number beyond all doubles', changed(1, 0).replace(',0,', ',1e999,')],
  ])('its baselines have %s', (_, content) => {
    rewrite('baselines.json', content);
    expect(reason()).toContain('baselines.json');
  });

  it.each(['[{}]', '[{"entry":"x","usualLogSpans":"1","threshold":1,"forest":{}}]', '5'])(
    'its forests are %s',
    (content) => {
      rewrite('forests.json', content);
      expect(reason()).toContain('forests.json');
    },
  );

  it('whatever its bytes: a reason, never an exception', () => {
    for (const file of FILES) {
      for (const content of ['', '\0', 'null', '[]', '{}', '"x"', '[[]]', '{"__proto__":{}}', '\ufeff{}']) {
        writeModel(directory, MODEL);
        writeFileSync(join(directory, file), content);
        expect(reason()).toContain(file);
      }
    }
  });
});
