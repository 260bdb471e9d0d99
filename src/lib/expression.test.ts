import assert from 'node:assert/strict';
import { test } from 'node:test';
import { matchesAnyOf, parseExpression } from './expression.ts';

test('expressions are those of Go', () => {
  const cases: [string, string, boolean][] = [
    ['', 'web', true],
    ['eb', 'web', true],
    ['^web$', 'web', true],
    ['^eb', 'web', false],
    ['we$', 'web', false],
    ['w.b', 'web', true],
    ['(?i)WEB', 'web', true],
    ['^[[:alpha:]]+$', 'web', true],
    ['\\pL\\z', 'web', true],
    ['a|b', 'web', true],
  ];
  for (const [source, text, expected] of cases) {
    assert.equal(parseExpression(source).test(text), expected, `${source} ${text}`);
  }
});

test('what Go does not take is refused in its words', () => {
  const cases: [string, string][] = [
    ['w(?=e)', 'error parsing regexp: invalid or unsupported Perl syntax: `(?=`'],
    ['((', 'error parsing regexp: missing closing ): `((`'],
    ['[z-a]', 'error parsing regexp: invalid character class range: `z-a`'],
  ];
  for (const [source, message] of cases) assert.throws(() => parseExpression(source), { message });
  assert.throws(() => parseExpression(`(${'a'.repeat(5000)})`), /more than 4096 characters/);
});

test('an expression that could be tried in endless ways takes no time', { timeout: 10_000 }, () => {
  const text = `${'a'.repeat(200)}b`;
  for (const source of ['^(a+)+$', '^(a|aa)*c$', '(.*)*(.*)*c', `^${'a?'.repeat(200)}${'a'.repeat(200)}$`]) {
    assert.equal(parseExpression(source).test(text), false, source);
  }
});

test('a value matches what is equal to it, also when it is no expression', () => {
  const matches = matchesAnyOf(['((', '^we']);
  assert.equal(matches('(('), true);
  assert.equal(matches('((('), false);
  assert.equal(matches('db', 'web'), true);
  assert.equal(matchesAnyOf([])('web'), false);
});
