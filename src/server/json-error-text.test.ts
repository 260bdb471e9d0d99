import assert from 'node:assert/strict';
import { test } from 'node:test';
import { jsonErrorText } from './json-error-text.ts';

function textOf(json: string): string {
  try {
    JSON.parse(json);
  } catch (error) {
    return jsonErrorText(error instanceof Error ? error.message : '', json);
  }
  return 'no error';
}

test('broken JSON is described as Go describes it', () => {
  const cases = [
    ['x', "invalid JSON: invalid character 'x' looking for beginning of value"],
    ['{"Image":"x"', 'invalid JSON: unexpected EOF'],
    ['{"Image":"x', 'invalid JSON: unexpected EOF'],
    ['{', 'invalid JSON: unexpected EOF'],
    ['[1,', 'invalid JSON: unexpected EOF'],
    ['{"Image":"x",}', "invalid JSON: invalid character '}' looking for beginning of object key string"],
    ['{bad', "invalid JSON: invalid character 'b' looking for beginning of object key string"],
    ['{"a" 1}', "invalid JSON: invalid character '1' after object key"],
    ['{"a":1 "b"}', "invalid JSON: invalid character '\"' after object key:value pair"],
    ['[1 2]', "invalid JSON: invalid character '2' after array element"],
    ['["\\x"]', "invalid JSON: invalid character 'x' in string escape code"],
    ['["a\nb"]', "invalid JSON: invalid character '\\n' in string literal"],
    ['{} {}', 'unexpected content after JSON'],
  ] as const;
  for (const [json, text] of cases) assert.equal(textOf(json), text, json);
});
