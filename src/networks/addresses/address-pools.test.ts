import assert from 'node:assert/strict';
import { test } from 'node:test';
import { isEngineError } from '../../errors/engine-error.ts';
import { formatSubnet, parseCidr } from '../../lib/ip.ts';
import { type AddressPool, chooseSubnet, defaultAddressPools, uniqueLocalPool } from './address-pools.ts';

const used = (...texts: string[]) => texts.map((text) => parseCidr(text).subnet);

/** All that pools give out, one after the other. */
function all(pools: readonly AddressPool[]): string[] {
  const given: string[] = [];
  for (;;) {
    try {
      given.push(formatSubnet(chooseSubnet(pools, 4, used(...given))));
    } catch (error) {
      assert.ok(isEngineError(error, 'forbidden'));
      return given;
    }
  }
}

test('the default pools are those of Docker, with room for more networks in the last /16', () => {
  const given = all(defaultAddressPools);
  assert.equal(given.length, 14 + 16 + 256);
  assert.equal(given[0], '172.17.0.0/16');
  assert.equal(given[13], '172.30.0.0/16');
  assert.equal(given[14], '192.168.0.0/20');
  assert.equal(given[29], '192.168.240.0/20');
  assert.equal(given[30], '172.31.0.0/24');
  assert.equal(given.at(-1), '172.31.255.0/24');
});

test('in the largest of pools what is in use is leapt over', () => {
  const pool = { base: 'fd00::/8', size: 128 };
  assert.equal(formatSubnet(chooseSubnet([pool], 6, used('fd00::/9', 'fd80::/64'))), 'fd80:0:0:1::/128');
  assert.throws(() => chooseSubnet([pool], 6, used('fd00::/8')), /could not find an available/);
  assert.equal(formatSubnet(chooseSubnet([{ base: '10.0.0.0/8', size: 24 }], 4, used('10.0.0.0/30'))), '10.0.1.0/24');
});

test('a daemon has unique local addresses of its own, the same at each start', () => {
  const pool = uniqueLocalPool('one');
  assert.deepEqual(pool, uniqueLocalPool('one'));
  assert.notDeepEqual(pool, uniqueLocalPool('other'));
  assert.match(pool.base, /^fd[0-9a-f]{2}:[0-9a-f]{4}:[0-9a-f]{4}::\/48$/);
  const first = formatSubnet(chooseSubnet([...defaultAddressPools, pool], 6, []));
  assert.equal(first, formatSubnet(parseCidr(pool.base.replace('/48', '/64')).subnet));
  const second = formatSubnet(chooseSubnet([pool], 6, used(first)));
  assert.equal(second, first.replace('::/64', ':1::/64'));
});

test('without a pool of the family Docker says so', () => {
  assert.throws(
    () => chooseSubnet(defaultAddressPools, 6, []),
    (error) =>
      isEngineError(error, 'not_found') &&
      error.message.startsWith('could not find an available, non-overlapping IPv6'),
  );
});

test('the first subnet that overlaps nothing in use is taken', () => {
  assert.equal(formatSubnet(chooseSubnet(defaultAddressPools, 4, [])), '172.17.0.0/16');
  assert.equal(
    formatSubnet(chooseSubnet(defaultAddressPools, 4, used('172.17.0.0/16', '172.18.4.0/24'))),
    '172.19.0.0/16',
  );
  assert.equal(formatSubnet(chooseSubnet(defaultAddressPools, 4, used('172.16.0.0/12'))), '192.168.0.0/20');
});

test("a pool of one's own is cut by its size", () => {
  const pool = { base: '10.10.0.0/22', size: 24 };
  assert.equal(formatSubnet(chooseSubnet([pool], 4, used('10.10.0.0/23'))), '10.10.2.0/24');
});

test('used-up pools are told as Docker tells them', () => {
  assert.throws(
    () => chooseSubnet([{ base: '10.10.0.0/24', size: 24 }], 4, used('10.0.0.0/8')),
    (error) =>
      isEngineError(error, 'forbidden') && error.message === 'all predefined address pools have been fully subnetted',
  );
});
