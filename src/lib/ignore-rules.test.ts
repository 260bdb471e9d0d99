import assert from 'node:assert/strict';
import { test } from 'node:test';
import { ignoreRules, parseIgnoreRules } from './ignore-rules.ts';

function ignored(rules: string, ...paths: readonly string[]): string[] {
  const parsed = parseIgnoreRules(rules);
  return paths.filter((path) => parsed.matches(path));
}

test('a rule leaves out what it names, and all that is below', () => {
  assert.deepEqual(ignored('a\nb/c', 'a', 'a/x', 'a/x/y', 'b', 'b/c', 'b/c/d', 'x/a', 'ab'), [
    'a',
    'a/x',
    'a/x/y',
    'b/c',
    'b/c/d',
  ]);
});

test('comments, blanks, a byte order mark, CRLF and slashes around a rule are nothing', () => {
  assert.deepEqual(ignored('\ufeffa\r\n#b\r\n\r\n  c  \n/d/\n./e\nf//g/../h', 'a', 'b', 'c', 'd/x', 'e', 'f/h'), [
    'a',
    'c',
    'd/x',
    'e',
    'f/h',
  ]);
});

test('wildcards stop at slashes, two stars do not', () => {
  assert.deepEqual(ignored('*.md', 'a.md', 'x/a.md', '.md', 'a.mdx'), ['a.md', '.md']);
  assert.deepEqual(ignored('**/*.md', 'a.md', 'x/a.md', 'x/y/a.md', 'x/a.txt'), ['a.md', 'x/a.md', 'x/y/a.md']);
  assert.deepEqual(ignored('**/node_modules', 'node_modules', 'x/node_modules/y', 'xnode_modules'), [
    'node_modules',
    'x/node_modules/y',
  ]);
  assert.deepEqual(ignored('a/**', 'a', 'a/x', 'a/x/y', 'ab'), ['a/x', 'a/x/y']);
  assert.deepEqual(ignored('a/**/z', 'a/z', 'a/b/z', 'a/b/c/z', 'az', 'a/bz'), ['a/z', 'a/b/z', 'a/b/c/z']);
  assert.deepEqual(ignored('*/x?[a-c]', 'p/xya', 'p/xyd', 'p/q/xya', 'xya'), ['p/xya']);
  assert.deepEqual(ignored('**', 'a', 'a/b'), ['a', 'a/b']);
  assert.deepEqual(ignored('[^a-b]x\n\\*y', 'ax', 'cx', '*y', 'zy'), ['cx', '*y']);
});

test('the last rule that fits wins', () => {
  assert.deepEqual(ignored('*.md\n!README*.md\nREADME-secret.md', 'a.md', 'README.md', 'README-secret.md'), [
    'a.md',
    'README-secret.md',
  ]);
  assert.deepEqual(ignored('!a\na', 'a'), ['a']);
  assert.deepEqual(ignored('*\n!src\nsrc/x', 'a', 'src', 'src/y', 'src/x/z'), ['a', 'src/x/z']);
});

test('folders are pruned unless an exception may reach into them', () => {
  const pruned = (rules: string, ...folders: readonly string[]) =>
    folders.filter((folder) => parseIgnoreRules(rules).prunes(folder));
  assert.deepEqual(pruned('a', 'a', 'a/b', 'c'), ['a', 'a/b']);
  assert.deepEqual(pruned('*\n!src/*.ts', 'node_modules', 'src', 'src/deep'), ['node_modules', 'src/deep']);
  assert.deepEqual(pruned('*\n!**/*.ts', 'node_modules', 'a/b'), []);
  assert.deepEqual(pruned('*\n!a*/b/c', 'ab', 'ab/b', 'ab/c', 'x'), ['ab/c', 'x']);
});

test('broken patterns are refused', () => {
  assert.throws(() => parseIgnoreRules('[a'), { kind: 'invalid_argument', message: /syntax error in pattern/ });
  assert.throws(() => ignoreRules(['!']), { message: 'illegal exclusion pattern: "!"' });
});

test('no rules ask for nothing', () => {
  const rules = parseIgnoreRules('# nothing\n');
  assert.equal(rules.isEmpty, true);
  assert.equal(rules.matches('a'), false);
  assert.equal(rules.prunes('a'), false);
});

test('no pattern takes more time than its length and the path make', () => {
  const rules = ignoreRules([`${'*a'.repeat(100)}b`, `**/${'a?*'.repeat(50)}/b`, `${'**/a'.repeat(50)}/b`]);
  const started = process.cpuUsage();
  for (let index = 0; index < 20; index++)
    assert.equal(rules.matches(`${'a/'.repeat(100)}${'a'.repeat(200)}${index}`), false);
  assert.ok(process.cpuUsage(started).user < 5000_000, 'this took the processor more than five seconds');
});
