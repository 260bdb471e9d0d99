import assert from 'node:assert/strict';
import { test } from 'node:test';
import { memoryFields } from './memory-fields.ts';

test('both versions of control groups tell what Docker tells of memory, sorted, and nothing else', () => {
  const v1 = memoryFields(
    new Map([
      ['hierarchical_memory_limit', 9n],
      ['total_rss', 7n],
      ['shmem', 5n],
    ] as const),
  );
  assert.equal(v1.length, 32);
  assert.deepEqual(new Map(v1).get('total_rss'), 7n);
  assert.equal(new Map(v1).has('shmem'), false);
  const v2 = memoryFields(
    new Map([
      ['anon', 3n],
      ['zswap', 1n],
    ] as const),
  );
  assert.equal(v2.length, 31);
  assert.deepEqual([new Map(v2).get('anon'), new Map(v2).get('workingset_refault')], [3n, 0n]);
  for (const fields of [v1, v2])
    assert.deepEqual(
      fields,
      fields.toSorted(([a], [b]) => (a < b ? -1 : 1)),
    );
});
