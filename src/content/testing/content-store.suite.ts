import assert from 'node:assert/strict';
import type { TestContext } from 'node:test';
import { test } from 'node:test';
import { isEngineError } from '../../errors/engine-error.ts';
import { digestOf } from '../../lib/digest.ts';
import type { ContentStore } from '../content-store.ts';

/** A fresh, empty store, and a way to change a kept blob behind its back. */
export interface ContentStoreFixture {
  readonly store: ContentStore;
  readonly damage: (path: string) => Promise<void>;
}

/** What every content store must do. */
export function contentStoreSuite(name: string, make: (t: TestContext) => Promise<ContentStoreFixture>): void {
  test(`${name}: a blob comes back as it went in, in several pieces or none`, async (t) => {
    const { store } = await make(t);
    for (const pieces of [['one ', 'two ', 'three'], []]) {
      const bytes = Buffer.from(pieces.join(''));
      const blob = await store.ingest(from(...pieces));
      assert.deepEqual(blob, { digest: digestOf(bytes), sizeBytes: bytes.length });
      assert.deepEqual(await store.readAll(blob.digest), bytes);
      assert.deepEqual(await store.stat(blob.digest), blob);
    }
  });

  test(`${name}: content of another digest or size is refused and not kept`, async (t) => {
    const { store } = await make(t);
    const digest = digestOf('expected');
    for (const expected of [{ digest }, { sizeBytes: 2 }, { sizeBytes: 4 }]) {
      await assert.rejects(store.ingest(from('abc'), expected), (error) => isEngineError(error, 'invalid_argument'));
    }
    assert.deepEqual(await Array.fromAsync(store.list()), []);
    assert.equal(await store.stat(digest), undefined);
  });

  test(`${name}: a source that gives more than it should is not read any further`, async (t) => {
    const { store } = await make(t);
    const endless = async function* (): AsyncGenerator<Uint8Array> {
      for (let left = 100; left > 0; left--) yield Buffer.from('more');
      assert.fail('it was read on and on');
    };
    await assert.rejects(store.ingest(endless(), { sizeBytes: 6 }), (error) =>
      isEngineError(error, 'invalid_argument'),
    );
    assert.deepEqual(await Array.fromAsync(store.list()), []);
  });

  test(`${name}: a source that fails midway leaves nothing`, async (t) => {
    const { store } = await make(t);
    const failing = async function* (): AsyncGenerator<Uint8Array> {
      yield Buffer.from('half');
      throw new Error('the line was cut');
    };
    await assert.rejects(store.ingest(failing()), /the line was cut/);
    assert.deepEqual(await Array.fromAsync(store.list()), []);
  });

  test(`${name}: the same content may arrive several times at once, and is one blob`, async (t) => {
    const { store } = await make(t);
    const blobs = await Promise.all([1, 2, 3].map(() => store.ingest(from('same', 'thing'))));
    assert.deepEqual(await Array.fromAsync(store.list()), [blobs[0]]);
  });

  test(`${name}: a source may reuse its buffer between pieces`, async (t) => {
    const { store } = await make(t);
    const reusing = async function* (): AsyncGenerator<Uint8Array> {
      const buffer = Buffer.alloc(4);
      for (const piece of ['aaaa', 'bbbb', 'cccc']) {
        buffer.write(piece);
        yield buffer;
      }
    };
    const blob = await store.ingest(reusing());
    assert.equal((await store.readAll(blob.digest)).toString(), 'aaaabbbbcccc');
  });

  test(`${name}: damage is found at the end of a read, and new content of that digest heals it`, async (t) => {
    const { store, damage } = await make(t);
    const blob = await store.ingest(from('precious'));
    await damage(store.pathOf(blob.digest));
    await assert.rejects(store.readAll(blob.digest), (error) => isEngineError(error, 'internal'));
    await store.ingest(from('precious'));
    assert.equal((await store.readAll(blob.digest)).toString(), 'precious');
  });

  test(`${name}: what is absent is not_found to readers and undefined to stat, and deleting it is fine`, async (t) => {
    const { store } = await make(t);
    const digest = digestOf('absent');
    await assert.rejects(store.readAll(digest), (error) => isEngineError(error, 'not_found'));
    assert.equal(await store.stat(digest), undefined);
    await store.delete(digest);
  });

  test(`${name}: a deleted blob is gone`, async (t) => {
    const { store } = await make(t);
    const { digest } = await store.ingest(from('short-lived'));
    await store.delete(digest);
    assert.equal(await store.stat(digest), undefined);
  });

  test(`${name}: a blob above the caller's limit is refused`, async (t) => {
    const { store } = await make(t);
    const { digest } = await store.ingest(from('12345'));
    assert.equal((await store.readAll(digest, 5)).length, 5);
    await assert.rejects(store.readAll(digest, 4), (error) => isEngineError(error, 'invalid_argument'));
  });
}

async function* from(...pieces: string[]): AsyncGenerator<Uint8Array> {
  for (const piece of pieces) yield Buffer.from(piece);
}
