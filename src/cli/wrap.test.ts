import assert from 'node:assert/strict';
import { test } from 'node:test';
import { wrap } from './wrap.ts';

test('a text that fits stays on its line', () => {
  assert.equal(wrap('short', 20, 79), 'short');
});

test('lines are broken at blanks and continued behind the indent', () => {
  assert.equal(
    wrap('Add a custom host-to-IP mapping (host:ip)', 41, 79),
    `Add a custom host-to-IP mapping\n${' '.repeat(41)}(host:ip)`,
  );
});

test('the last line may be a little longer rather than leave one word alone', () => {
  assert.equal(wrap('Write the container ID to the file', 41, 79), 'Write the container ID to the file');
});

test('where the names leave no room the text begins on a line of its own', () => {
  assert.equal(wrap('some words', 70, 79), `\n${' '.repeat(16)}some words`);
});
