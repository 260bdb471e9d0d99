import assert from 'node:assert/strict';
import { test } from 'node:test';
import { DEFAULT_DETACH_KEYS, DetachScanner, parseDetachKeys } from './detach-keys.ts';

const bytes = (...values: number[]): Uint8Array => Uint8Array.from(values);

test('key sequences are read as docker writes them', () => {
  assert.deepEqual(parseDetachKeys('ctrl-p,ctrl-q'), [16, 17]);
  assert.deepEqual(parseDetachKeys('ctrl-@,ctrl-[,ctrl-\\,ctrl-],ctrl-^,ctrl-_,a,A'), [0, 27, 28, 29, 30, 31, 97, 65]);
  assert.throws(() => parseDetachKeys('ctrl-1'), /Unknown character: 'ctrl-1'/);
});

test('the sequence detaches, also when it comes in pieces, and what came before it goes on', () => {
  const scanner = new DetachScanner(DEFAULT_DETACH_KEYS);
  assert.deepEqual(scanner.scan(bytes(65, 16)), { data: bytes(65), detached: false });
  assert.deepEqual(scanner.scan(bytes(17, 66)), { data: bytes(), detached: true });
});

test('keys that only begin the sequence are held back, then handed on in their order', () => {
  const scanner = new DetachScanner(DEFAULT_DETACH_KEYS);
  assert.deepEqual(scanner.scan(bytes(16)), { data: bytes(), detached: false });
  assert.deepEqual(scanner.scan(bytes(120)), { data: bytes(16, 120), detached: false });
});

test('a first key repeated still leads to the sequence', () => {
  const scanner = new DetachScanner(DEFAULT_DETACH_KEYS);
  assert.deepEqual(scanner.scan(bytes(16, 16, 17)), { data: bytes(16), detached: true });
});
