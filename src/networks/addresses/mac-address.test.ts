import assert from 'node:assert/strict';
import { test } from 'node:test';
import { isEngineError } from '../../errors/engine-error.ts';
import { macOf, parseMac } from './mac-address.ts';

test('the MAC address of an address is 02:42 and its bytes', () => {
  assert.equal(macOf('172.17.0.2'), '02:42:ac:11:00:02');
});

test("all of Docker's forms of a MAC address come out as the kernel writes it", () => {
  for (const text of ['02:42:ac:11:00:aa', '02-42-AC-11-00-AA', '0242.ac11.00aa']) {
    assert.equal(parseMac(text), '02:42:ac:11:00:aa');
  }
});

test('what is no MAC address of six bytes is refused', () => {
  for (const text of ['', 'zz', '02:42:ac:11:00', '02:42-ac:11:00:aa', '02:42:ac:11:00:aa:bb']) {
    assert.throws(
      () => parseMac(text),
      (error) => isEngineError(error, 'invalid_argument'),
    );
  }
});
