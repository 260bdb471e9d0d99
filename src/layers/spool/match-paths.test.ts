import assert from 'node:assert/strict';
import { test } from 'node:test';
import { matchPaths, type PathTree } from './match-paths.ts';

/** By their paths: null is a folder, a text is where a link leads, and everything else is a file. */
const entries: Readonly<Record<string, string | null | true>> = {
  '': null,
  a: true,
  'a.txt': true,
  d: null,
  'd/b.txt': true,
  'd/e': null,
  'd/e/c.txt': true,
  'd/up': '../a',
  l: 'd',
  abs: '/d/e',
  out: '../../../../etc',
  round: 'trip',
  trip: 'round',
  nowhere: 'x/y',
  '[x]': true,
};

const tree: PathTree = {
  kindOf(path) {
    const entry = entries[path];
    if (entry === undefined) return undefined;
    return entry === null ? 'directory' : entry === true ? 'other' : 'symlink';
  },
  linkTarget: (path) => String(entries[path]),
  names: (path) =>
    Object.keys(entries)
      .filter((name) => name !== '' && (name.includes('/') ? name.slice(0, name.lastIndexOf('/')) : '') === path)
      .map((name) => name.split('/').at(-1) ?? '')
      .sort(),
};

const found = (pattern: string, isPattern = false) =>
  matchPaths(tree, { pattern, isPattern }).map(({ path, name }) => (path === name ? path : `${path} as ${name}`));

test('plain paths are what they say, links followed', () => {
  assert.deepEqual(found('a'), ['a']);
  assert.deepEqual(found('./d//e/'), ['d/e as e']);
  assert.deepEqual(found('l/b.txt'), ['d/b.txt as b.txt']);
  assert.deepEqual(found('d/up'), ['a as up']);
  assert.deepEqual(found('abs'), ['d/e as abs']);
  assert.deepEqual(found(''), ['']);
  assert.deepEqual(found('[x]'), ['[x]']);
});

test('what is not there is nothing, also behind links and files', () => {
  for (const path of ['b', 'a/b', 'nowhere', 'out', 'd/e/x']) assert.deepEqual(found(path), [], path);
});

test('patterns match part by part', () => {
  assert.deepEqual(found('*.txt', true), ['a.txt']);
  assert.deepEqual(found('*/*.txt', true), ['d/e/c.txt as c.txt', 'd/b.txt as b.txt', 'd/b.txt as b.txt']);
  assert.deepEqual(found('d/[a-e]', true), ['d/e as e']);
  assert.deepEqual(found('?', true), ['a', 'd', 'd as l']);
});

test('a circle of links leads to nothing, and is no endless walk', () => {
  assert.deepEqual(found('round'), []);
  assert.deepEqual(found('round/x'), []);
});

test('links and folders on the way are told', () => {
  const visited: string[] = [];
  matchPaths(tree, { pattern: 'l/e/c.txt', isPattern: false }, (path) => visited.push(path));
  assert.deepEqual(visited, ['l', 'd', 'd/e', 'd/e/c.txt']);
});
