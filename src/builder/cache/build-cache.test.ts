import assert from 'node:assert/strict';
import { mkdtempSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { after, beforeEach, test } from 'node:test';
import { Filters } from '../../lib/filters.ts';
import { BuildCacheState } from '../../state/build-cache.ts';
import { StateDatabase } from '../../state/database.ts';
import { BuildCache, type StepRequest } from './build-cache.ts';
import { CacheMounts } from './cache-mounts.ts';
import { pruneCache } from './prune-cache.ts';

const folder = mkdtempSync(join(tmpdir(), 'skiff-build-cache-'));
after(() => rmSync(folder, { recursive: true }));

let state: BuildCacheState;
let cache: BuildCache;
let made: string[];
let count = 0;
beforeEach(() => {
  state = new BuildCacheState(StateDatabase.open(join(folder, `${count++}.db`)));
  cache = new BuildCache(state);
  made = [];
});

function request(name: string, change: Partial<StepRequest> = {}): StepRequest {
  return {
    keys: [name],
    parentId: undefined,
    description: `RUN ${name}`,
    mayUse: true,
    createdNs: undefined,
    signal: new AbortController().signal,
    make: async (keep) => {
      made.push(name);
      keep({ top: undefined, sizeBytes: 5 });
    },
    ...change,
  };
}

test('a step is made once, and found by any of its keys from then on', async () => {
  const first = await cache.resolve(request('a', { keys: ['quick', 'exact'] }));
  assert.equal(first.isCached, false);
  const second = await cache.resolve(request('b', { keys: ['other', 'exact'] }));
  assert.deepEqual([second.isCached, second.result], [true, first.result]);
  assert.equal((await cache.resolve(request('c', { keys: ['other'] }))).isCached, true, 'the key was learned');
  assert.deepEqual(made, ['a']);
});

test('without the cache it is made anew, and that is what is found later', async () => {
  const first = await cache.resolve(request('a'));
  const second = await cache.resolve(request('a', { mayUse: false }));
  assert.notEqual(second.result.id, first.result.id);
  assert.equal((await cache.resolve(request('a'))).result.id, second.result.id);
});

test('two at once share the work, and a failure is only that of who made it', async () => {
  const gate = Promise.withResolvers<void>();
  const failing = cache.resolve(request('a', { make: () => gate.promise }));
  const waiting = cache.resolve(request('a'));
  const third = cache.resolve(request('a'));
  gate.reject(new Error('failed'));
  await assert.rejects(failing, /failed/);
  assert.equal((await waiting).result.id, (await third).result.id);
  assert.deepEqual(made, ['a']);
});

test('who waits for another can give up', async () => {
  const gate = Promise.withResolvers<void>();
  const controller = new AbortController();
  const making = cache.resolve(
    request('a', {
      make: async (keep) => {
        await gate.promise;
        keep({ top: undefined, sizeBytes: 0 });
      },
    }),
  );
  const waiting = cache.resolve(request('a', { signal: controller.signal }));
  controller.abort(new Error('called off'));
  await assert.rejects(waiting, /called off/);
  gate.resolve();
  await making;
});

test('a step taken over keeps its time', async () => {
  cache.adopt(['x'], { top: undefined, createdNs: 77n }, 'RUN x');
  assert.equal((await cache.resolve(request('a', { keys: ['x'] }))).result.createdNs, 77n);
  assert.deepEqual(made, []);
});

test('pruning begins with what was not used for longest, and ends at the bound', async () => {
  for (const name of ['a', 'b', 'c']) await cache.resolve(request(name));
  const entries = state.all();
  state.use(entries.find(({ description }) => description === 'RUN a')?.id ?? '', Date.now() + 1000);
  const parts = {
    state,
    mounts: new CacheMounts(state, join(folder, 'mounts')),
    images: { releaseLayers: async () => [] },
  };
  const byDescription = new Filters(new Map([['description', ['RUN c']]]));
  assert.equal((await pruneCache(parts, { all: false, filters: byDescription, keepBytes: undefined })).ids.length, 1);
  const { ids, reclaimedBytes } = await pruneCache(parts, { all: false, filters: new Filters(), keepBytes: 5 });
  assert.deepEqual([ids.length, reclaimedBytes], [1, 5]);
  assert.deepEqual(
    state.all().map(({ description }) => description),
    ['RUN a'],
  );
  const unknown = new Filters(new Map([['nonsense', ['x']]]));
  await assert.rejects(
    pruneCache(parts, { all: false, filters: unknown, keepBytes: undefined }),
    /invalid filter 'nonsense'/,
  );
});
