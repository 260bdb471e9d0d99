import assert from 'node:assert/strict';
import { test } from 'node:test';
import { isEngineError } from '../errors/engine-error.ts';
import { allocateAddress } from './allocate-address.ts';
import { formatAddress, parseAddress, parseCidr } from './ipv4.ts';

const { subnet } = parseCidr('10.1.2.0/29');
const gateway = parseAddress('10.1.2.1');

function allocate(inUse: readonly string[], last?: string): string {
  const options = { gateway, inUse: new Set(inUse), last: last === undefined ? undefined : parseAddress(last) };
  return formatAddress(allocateAddress(subnet, options));
}

test('the first address is the one after the gateway', () => {
  assert.equal(allocate([]), '10.1.2.2');
});

test('an address in use is passed over', () => {
  assert.equal(allocate(['10.1.2.2', '10.1.2.3']), '10.1.2.4');
});

test('the address after the last one comes next, and after the end the first free one', () => {
  assert.equal(allocate([], '10.1.2.3'), '10.1.2.4');
  assert.equal(allocate(['10.1.2.2'], '10.1.2.6'), '10.1.2.3');
});

test('gateway, network and broadcast address are never given out', () => {
  const given: string[] = [];
  while (given.length < 5) given.push(allocate(given, given.at(-1)));
  assert.deepEqual(given, ['10.1.2.2', '10.1.2.3', '10.1.2.4', '10.1.2.5', '10.1.2.6']);
  assert.throws(
    () => allocate(given, given.at(-1)),
    (error) => isEngineError(error, 'forbidden') && error.message.startsWith('no available IPv4 addresses'),
  );
});
