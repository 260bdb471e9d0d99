import assert from 'node:assert/strict';
import { test } from 'node:test';
import { parseContentRange, parseRange } from './byte-range.ts';

test('a range of a blob has both ends, or one, or counts from the end', () => {
  assert.deepEqual(parseRange('bytes=2-5', 10), { first: 2, last: 5 });
  assert.deepEqual(parseRange('bytes=2-', 10), { first: 2, last: 9 });
  assert.deepEqual(parseRange('bytes=-3', 10), { first: 7, last: 9 });
  assert.deepEqual(parseRange('bytes=-30', 10), { first: 0, last: 9 });
  assert.deepEqual(parseRange('bytes=0-99', 10), { first: 0, last: 9 });
});

test('what is no single range means the whole, and what begins behind the end cannot be given', () => {
  for (const header of [undefined, '', 'bytes=-', 'bytes=1-2,4-5', 'lines=1-2', 'bytes=a-b']) {
    assert.equal(parseRange(header, 10), undefined, String(header));
  }
  for (const header of ['bytes=10-', 'bytes=10-20', 'bytes=-0', 'bytes=5-2']) {
    assert.equal(parseRange(header, 10), 'unsatisfiable', header);
  }
  assert.equal(parseRange('bytes=0-', 0), 'unsatisfiable');
});

test("a chunk's range is two numbers, with or without what HTTP writes around them", () => {
  for (const header of ['3-7', 'bytes 3-7/10', 'bytes=3-7', '3-7/*']) {
    assert.deepEqual(parseContentRange(header), { first: 3, last: 7 }, header);
  }
  for (const header of ['', '7-3', '3-', '-3', 'x', '1-9999999999999999']) {
    assert.equal(parseContentRange(header), 'invalid', header);
  }
  assert.equal(parseContentRange(undefined), undefined);
});
