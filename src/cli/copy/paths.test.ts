import assert from 'node:assert/strict';
import { test } from 'node:test';
import { type CopyInfo, keepEnding, placeArchive, rebased, rebaseNameOf, splitPath } from './paths.ts';

const info = (path: string, exists: boolean, isDirectory: boolean): CopyInfo => ({
  path,
  exists,
  isDirectory,
  rebaseName: '',
});

test('the ending of a path survives its cleaning', () => {
  assert.equal(keepEnding('/a', 'a/'), '/a/');
  assert.equal(keepEnding('/a', 'a/.'), '/a/.');
  assert.equal(keepEnding('/', '/.'), '/.');
});

test('the name of a directory with a dot behind it is the dot', () => {
  assert.deepEqual(splitPath('/a/b/'), { directory: '/a', base: 'b' });
  assert.deepEqual(splitPath('/a/b/.'), { directory: '/a/b', base: '.' });
});

test('into a directory that is there an archive goes as it is', () => {
  assert.deepEqual(placeArchive(info('/x', true, true), info('/d', true, true)), {
    directory: '/d',
    rebase: undefined,
  });
});

test('what is not there yet gives its name to what is copied', () => {
  const place = placeArchive(info('/x/f', true, false), info('/d/g', false, false));
  assert.deepEqual(place, { directory: '/d', rebase: { from: 'f', to: 'g' } });
  assert.equal(rebased('f', place.rebase), 'g');
  assert.equal(rebased('./in/x', { from: '.', to: 'new' }), 'new/in/x');
});

test('a directory does not become a file, nor a file a directory', () => {
  assert.throws(() => placeArchive(info('/x', true, true), info('/f', true, false)), /^Error: cannot copy directory$/);
  assert.throws(() => placeArchive(info('/x', true, false), info('/d/', false, false)), /^Error: no such directory$/);
});

test('a link that was followed keeps its name only where it differs', () => {
  assert.deepEqual(rebaseNameOf('/l', '/target'), { path: '/target', rebaseName: 'l' });
  assert.deepEqual(rebaseNameOf('/l/.', '/target'), { path: '/target/.', rebaseName: '' });
});
