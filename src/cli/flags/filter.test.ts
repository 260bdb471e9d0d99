import assert from 'node:assert/strict';
import { test } from 'node:test';
import { filter } from './filter.ts';

const flag = filter('Filter output');

test('a name is trimmed and lowered, a value only trimmed, and further equals signs are its own', () => {
  assert.deepEqual(flag.parse(' Label = A=B ', []), [{ name: 'label', value: 'A=B' }]);
});

test('filters add up, and an empty one is ignored', () => {
  const one = flag.parse('a=1', []);
  assert.deepEqual(flag.parse('', one), one);
  assert.deepEqual(flag.parse('b=2', one), [...one, { name: 'b', value: '2' }]);
});

test('a filter without a value is refused', () => {
  assert.throws(() => flag.parse('dangling', []), { message: 'bad format of filter (expected name=value)' });
});
