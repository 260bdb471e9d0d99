import assert from 'node:assert/strict';
import { test } from 'node:test';
import { DetachScanner, parseDetachKeys } from './detach-keys.ts';

function scan(keys: string, ...chunks: string[]): string {
  const scanner = new DetachScanner(parseDetachKeys(keys));
  let forwarded = '';
  for (const chunk of chunks) {
    const { forward, detached } = scanner.scan(Buffer.from(chunk));
    forwarded += forward.toString();
    if (detached) return `${forwarded}|detached`;
  }
  return forwarded;
}

test('keys are letters and control characters, and ctrl-p,ctrl-q when none are given', () => {
  assert.deepEqual(parseDetachKeys(''), [16, 17]);
  assert.deepEqual(parseDetachKeys('ctrl-a,x,ctrl-@,ctrl-['), [1, 120, 0, 27]);
  assert.throws(() => parseDetachKeys('ctrl-a,foo'), /Invalid detach keys \(ctrl-a,foo\) provided/);
});

test('the keys are found whole, also over the ends of chunks', () => {
  assert.equal(scan('a,b,c', 'xxabcyy'), 'xx|detached');
  assert.equal(scan('a,b,c', 'xa', 'b', 'c'), 'x|detached');
});

test('the beginning of a match goes on its way when nothing follows that completes it', () => {
  assert.equal(scan('a,b,c', 'abx'), 'abx');
  assert.equal(scan('a,b,c', 'ab', 'x'), 'abx');
  assert.equal(scan('a,b,c', 'ab'), '');
  assert.equal(scan('a,b', 'aab'), 'a|detached');
});
