import assert from 'node:assert/strict';
import { test } from 'node:test';
import { compactJson, indentJson } from './json-text.ts';
import { encodeJson } from './template/json-encode.ts';
import { readJson } from './typed/read-json.ts';

test('indenting keeps the order of keys, large numbers and escapes', () => {
  const text = '{"b":1,"1":{"z":9223372036854775807,"e":"\\u003ca\\u003e"},"a":[],"o":{ },"l":[1, "x]"]}\n';
  assert.equal(
    indentJson(text),
    `{
    "b": 1,
    "1": {
        "z": 9223372036854775807,
        "e": "\\u003ca\\u003e"
    },
    "a": [],
    "o": {},
    "l": [
        1,
        "x]"
    ]
}`,
  );
});

test('compacting only removes the white space between tokens', () => {
  assert.equal(compactJson('[ {"a b" : "c  d\\" ,"} ,\n null ]'), '[{"a b":"c  d\\" ,"},null]');
});

test('what was read is written with sorted keys and numbers as they stood', () => {
  const value = readJson('{"b":1.50,"a":[true,null,"\\u00e9\\"<"],"1":9007199254740993}');
  assert.equal(encodeJson(value, { escapeHtml: false }), '{"1":9007199254740993,"a":[true,null,"é\\"<"],"b":1.50}');
});

test('HTML is escaped on demand', () => {
  assert.equal(encodeJson('<a&b>', { escapeHtml: true }), '"\\u003ca\\u0026b\\u003e"');
});

test('a text that ends early is an error', () => {
  assert.throws(() => readJson('{"a":'), /unexpected end of JSON input/);
});
