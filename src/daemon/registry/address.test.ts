import assert from 'node:assert/strict';
import { test } from 'node:test';
import { parseAddress } from './address.ts';

test('an address is a host and a port, or a port of all addresses', () => {
  assert.deepEqual(parseAddress('127.0.0.1:5000'), { host: '127.0.0.1', port: 5000 });
  assert.deepEqual(parseAddress('localhost:0'), { host: 'localhost', port: 0 });
  assert.deepEqual(parseAddress('[::1]:5000'), { host: '::1', port: 5000 });
  assert.deepEqual(parseAddress(':5000'), { host: '::', port: 5000 });
  assert.deepEqual(parseAddress('5000'), { host: '::', port: 5000 });
});

test('anything else is refused', () => {
  for (const text of ['', 'host', 'host:', 'host:x', '::1:5000', 'host:70000', 'a b:1', 'http://host:1', 'host:1/x']) {
    assert.throws(() => parseAddress(text), /invalid address/, text);
  }
});
