import assert from 'node:assert/strict';
import { mkdtempSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { type TestContext, test } from 'node:test';
import { digestOf, type ImageId } from '../lib/digest.ts';
import { StateDatabase } from './database.ts';
import { ImageState } from './images.ts';

function imageState(t: TestContext): ImageState {
  const folder = mkdtempSync(join(tmpdir(), 'skiff-image-state-'));
  const database = StateDatabase.open(join(folder, 'state.db'));
  t.after(() => {
    database.close();
    rmSync(folder, { recursive: true });
  });
  return new ImageState(database);
}

const id = (text: string) => digestOf(text) as string as ImageId;

function add(state: ImageState, text: string, createdAtMs: number, parentId?: ImageId): void {
  state.add({ id: id(text), topChainId: undefined, parentId, createdAtMs });
}

test('adding an image again keeps its names, and learns a parent that was not known', (t) => {
  const state = imageState(t);
  add(state, 'one', 1);
  state.setName('docker.io/library/one:1', id('one'), 5);
  add(state, 'one', 1, id('parent'));
  add(state, 'one', 1, id('another'));
  assert.deepEqual(state.get(id('one')), {
    id: id('one'),
    topChainId: undefined,
    parentId: id('parent'),
    createdAtMs: 1,
    lastTaggedAtMs: 5,
  });
  assert.deepEqual(state.namesOf(id('one')), ['docker.io/library/one:1']);
  assert.deepEqual(state.children(id('parent')), [id('one')]);
});

test('a name belongs to one image, and goes with it', (t) => {
  const state = imageState(t);
  add(state, 'one', 1);
  add(state, 'two', 2);
  state.setName('a:1', id('one'));
  state.setName('a:1', id('two'));
  assert.equal(state.idOf('a:1'), id('two'));
  state.remove(id('two'));
  assert.equal(state.idOf('a:1'), undefined);
  assert.throws(() => state.setName('a:1', id('two')), /FOREIGN KEY/);
});

test("a repository's tags are its own, not those of repositories that start like it", (t) => {
  const state = imageState(t);
  add(state, 'one', 1);
  for (const name of ['a:1', 'a:2', 'ab:1', 'a/b:1', `a@${id('x')}`]) state.setName(name, id('one'));
  assert.deepEqual(
    state.tagsOf('a').map(({ name }) => name),
    ['a:1', 'a:2'],
  );
});

test('prefixes are hexadecimal digits and nothing else', (t) => {
  const state = imageState(t);
  add(state, 'one', 1);
  assert.deepEqual(state.withPrefix(id('one').slice(7, 12)), [id('one')]);
  for (const prefix of ['', '*', '[a-f]', 'sha256:', 'XY']) assert.deepEqual(state.withPrefix(prefix), []);
});
