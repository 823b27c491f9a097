import { expect, it } from 'vitest';
import { jsonExcess } from '../../src/formats/json-excess.ts';

const excess = (text: string, maxValues = 100): string | undefined =>
  jsonExcess(Buffer.from(text), maxValues);

it.each<[string, string, string | undefined]>([
  ['ordinary JSON', '{"a":[1,2,{"b":null}]}', undefined],
  ['what nests as deep as may be', '['.repeat(256), 'more than 100 JSON values in one message'],
  ['deeper', '['.repeat(257), 'JSON nested more than 256 deep'],
  ['deeper by objects', '{"a":'.repeat(257), 'JSON nested more than 256 deep'],
  ['brackets in texts', `["${'['.repeat(1000)}","\\"${'['.repeat(1000)}"]`, undefined],
  ['a text without an end', `["${'['.repeat(1000)}`, undefined],
  ['as many values as may be', `[${'1,'.repeat(99)}1]`, undefined],
  ['more values', `[${'{},'.repeat(60)}{}]`, 'more than 100 JSON values in one message'],
  ['commas in texts', `["${','.repeat(1000)}"]`, undefined],
  ['nothing', '', undefined],
])('%s', (_, text, problem) => expect(excess(text)).toBe(problem));
