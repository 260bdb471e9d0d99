import assert from 'node:assert/strict';
import { closeSync, fstatSync, openSync, writeSync } from 'node:fs';
import { test } from 'node:test';
import { LinuxSyscalls } from '../linux.ts';
import { receiveWithDescriptor, sendWithDescriptor } from './pass-descriptor.ts';

test('a descriptor goes through a socket with the bytes that it was sent with, and is a copy', () => {
  const [here, there] = new LinuxSyscalls().createStreamPair();
  const file = openSync(import.meta.filename, 'r');
  const { ino } = fstatSync(file);
  sendWithDescriptor(here, Buffer.from('take this'), file);
  closeSync(file);
  writeSync(here, 'and more');
  const bytes = Buffer.alloc(100);

  const first = receiveWithDescriptor(there, bytes);
  assert.equal(bytes.toString('utf8', 0, first.length), 'take this');
  assert.ok(first.passed !== undefined);
  assert.equal(fstatSync(first.passed).ino, ino);
  closeSync(first.passed);

  const second = receiveWithDescriptor(there, bytes);
  assert.deepEqual([bytes.toString('utf8', 0, second.length), second.passed], ['and more', undefined]);
  closeSync(here);
  assert.equal(receiveWithDescriptor(there, bytes).length, 0);
  closeSync(there);
});
