import assert from 'node:assert/strict';
import { test } from 'node:test';
import { isEngineError } from '../errors/engine-error.ts';
import { globMatches } from './glob.ts';

test("patterns match as Go's path.Match says", () => {
  // From the table of Go's own tests.
  const cases: [string, string, boolean][] = [
    ['abc', 'abc', true],
    ['*', 'abc', true],
    ['*c', 'abc', true],
    ['a*', 'a', true],
    ['a*', 'ab/c', false],
    ['a*/b', 'abc/b', true],
    ['a*/b', 'a/c/b', false],
    ['a*b*c*d*e*/f', 'axbxcxdxe/f', true],
    ['a*b?c*x', 'abxbbxdbxebxczzx', true],
    ['a*b?c*x', 'abxbbxdbxebxczzy', false],
    ['ab[c]', 'abc', true],
    ['ab[b-d]', 'abc', true],
    ['ab[e-g]', 'abc', false],
    ['ab[^c]', 'abc', false],
    ['ab[^b-d]', 'abe', true],
    ['a\\*b', 'a*b', true],
    ['a\\*b', 'ab', false],
    ['a?b', 'a☺b', true],
    ['a?b', 'a/b', false],
    ['a*b', 'a/b', false],
    ['[\\]a]', ']', true],
    ['[\\-]', '-', true],
    ['[x\\-]', 'z', false],
    ['a.b', 'axb', false],
    ['*x', 'xxx', true],
  ];
  for (const [pattern, name, expected] of cases)
    assert.equal(globMatches(pattern, name), expected, `${pattern} ${name}`);
});

test('broken patterns are refused as Docker refuses them', () => {
  for (const pattern of ['[]a]', '[-]', '[x-]', '[-x]', '\\', '[a-b-c]', '[', '[^', '[^bc', 'a[']) {
    assert.throws(
      () => globMatches(pattern, 'a'),
      (error) => isEngineError(error, 'internal') && error.message === 'syntax error in pattern',
      pattern,
    );
  }
});

test('a pattern that could be tried in endless ways takes no time', { timeout: 10_000 }, () => {
  assert.equal(globMatches(`${'*a'.repeat(40)}*b`, 'a'.repeat(200)), false);
});
