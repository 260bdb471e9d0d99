import assert from 'node:assert/strict';
import { test } from 'node:test';
import { isEngineError } from '../../errors/engine-error.ts';
import type { WordRules } from './expand-word.ts';
import { expandWord } from './expand-word.ts';

const variables = new Map([
  ['set', 'value'],
  ['empty', ''],
  ['path', 'foo/bar/baz.tar.gz'],
  ['words', 'two words'],
]);

function expand(word: string, rules: Partial<WordRules> = {}): string {
  return expandWord(word, { escape: '\\', variables, ...rules }).text;
}

function assertEach(cases: Readonly<Record<string, string>>): void {
  for (const [word, expected] of Object.entries(cases)) assert.equal(expand(word), expected, word);
}

test('variables stand for their values, and what is not set for nothing', () => {
  assertEach({ '$set-${set}': 'value-value', 'a${no}b$no': 'ab', $: '$', a$: 'a$', $1x: 'x', '$@': '', $é: '' });
});

test('alternatives look at what is set, and with a colon at what is empty', () => {
  assertEach({ '${no:-x}': 'x', '${no-x}': 'x', '${empty:-x}': 'x', '${empty-x}': '', '${set:-x}': 'value' });
  assertEach({ '${no:+x}': '', '${no+x}': '', '${empty:+x}': '', '${empty+x}': 'x', '${set:+x}': 'x' });
  assertEach({ '${no:-${no:-"a $set"}}': 'a value', '${no:-a\\}b}': 'a}b', '${set:?x}': 'value', '${empty?x}': '' });
});

test('patterns take off the shortest or the longest match, or replace it', () => {
  assertEach({ '${path#*/}': 'bar/baz.tar.gz', '${path##*/}': 'baz.tar.gz', '${path#fo?}': '/bar/baz.tar.gz' });
  assertEach({ '${path%.*}': 'foo/bar/baz.tar', '${path%%.*}': 'foo/bar/baz', '${path%x}': 'foo/bar/baz.tar.gz' });
  assertEach({
    '${path/a/X}': 'foo/bXr/baz.tar.gz',
    '${path//a/X}': 'foo/bXr/bXz.tXr.gz',
    '${path//\\//-}': 'foo-bar-baz.tar.gz',
  });
  assertEach({
    '${path/o*a/X}': 'fXr.gz',
    '${path//?a?/X}': 'foo/X/X.X.gz',
    '${path/*/X}': 'X',
    '${empty/*/X}': 'X',
    '${path//x/}': 'foo/bar/baz.tar.gz',
  });
  assertEach({ '${set%\\*}': 'value', '${no#x}': '' });
});

test('quotes and escapes are resolved as a shell does', () => {
  assertEach({ "'$set'": '$set', '"$set"': 'value', '\\$set': '$set', '"\\$set \\" \\x"': '$set " \\x', 'a\\': 'a' });
  assert.equal(expand('`$set "`"" c:\\x', { escape: '`' }), '$set " c:\\x');
  assert.equal(expand('"$set" \'$set\'', { ignoreQuotes: true }), '"value" \'value\'');
});

test('text that a shell reads later keeps its quotes, and what is not set', () => {
  const rules = { keepQuotes: true, keepUnset: true };
  assert.equal(
    expand('echo "$set" \'$set\' $no ${no} ${no:-x} ${no%y} ${no//a/b} $$', rules),
    'echo "value" \'$set\' $no ${no} ${no:-x} ${no%y} ${no/a/b} $$',
  );
});

test('words end at blanks that no quote covers, also at those that a variable brings in', () => {
  const words = (text: string) => expandWord(text, { escape: '\\', variables }).words;
  assert.deepEqual(words('a  "b c" d\\ e $words "$words"'), ['a', 'b c', 'd e', 'two', 'words', 'two words']);
});

test('names that were asked for are told', () => {
  const { matched, unmatched } = expandWord('$set ${no:-$empty}', { escape: '\\', variables });
  assert.deepEqual([...matched].toSorted(), ['empty', 'set']);
  assert.deepEqual([...unmatched], ['no']);
});

test('what makes no sense is refused with the word in question', () => {
  const refusals = {
    '${set': 'failed to process "${set": unsupported modifier (\ufffd) in substitution',
    '${': 'failed to process "${": syntax error: missing \'}\'',
    '${}': 'failed to process "${}": syntax error: bad substitution',
    '${set^}': 'failed to process "${set^}": unsupported modifier (^) in substitution',
    '${no:?}': 'failed to process "${no:?}": no: is not allowed to be unset',
    '${empty:?}': 'failed to process "${empty:?}": empty: is not allowed to be empty',
    '${no?say why}': 'failed to process "${no?say why}": no: say why',
    '${set:-x': 'failed to process "${set:-x": syntax error: missing \'}\'',
    '${set/x}': 'failed to process "${set/x}": syntax error: missing \'/\' in ${}',
    '${set#\\x}': 'failed to process "${set#\\\\x}": invalid pattern (\\x) in substitution: invalid escape \'\\x\'',
    '"x': 'failed to process "\\"x": unexpected end of statement while looking for matching double-quote',
    "'x": 'failed to process "\'x": unexpected end of statement while looking for matching single-quote',
  };
  for (const [word, message] of Object.entries(refusals))
    assert.throws(() => expand(word), { kind: 'invalid_argument', message });
});

test('no word takes the stack, the memory or the time of the daemon', () => {
  const long = new Map([['v', 'a'.repeat(50_000)]]);
  const started = process.cpuUsage();
  const hostile = [
    '${v:-'.repeat(50_000),
    `\${v#${'*a'.repeat(500)}b}`,
    `\${v%%${'*a'.repeat(500)}b}`,
    `\${v//${'a*'.repeat(500)}b/x}`,
    `\${v//a/${'$v'.repeat(100)}}`,
    '$v'.repeat(10_000),
    `\${v#${'a'.repeat(5000)}}`,
  ];
  const failures = hostile.map((word) => {
    try {
      expandWord(word, { escape: '\\', variables: long });
      return undefined;
    } catch (error) {
      assert.ok(isEngineError(error, 'invalid_argument'), String(error));
      return error.message.replace(/^.*…": /s, '');
    }
  });
  assert.deepEqual(failures, [
    'substitutions are nested too deeply',
    undefined,
    undefined,
    undefined,
    'the Dockerfile expands to more than a build can hold',
    'the Dockerfile expands to more than a build can hold',
    'a pattern in a substitution has more than 1024 characters',
  ]);
  assert.ok(process.cpuUsage(started).user < 5000_000, 'this took the processor more than five seconds');
});
