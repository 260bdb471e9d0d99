import assert from 'node:assert/strict';
import { test } from 'node:test';
import { isEngineError } from '../errors/engine-error.ts';
import { formatSubnet, parseCidr } from '../lib/ip.ts';
import { chooseSubnet, defaultAddressPools, subnetsOf, uniqueLocalPool } from './address-pools.ts';

const used = (...texts: string[]) => texts.map((text) => parseCidr(text).subnet);

test('the default pools are those of Docker, with room for more networks in the last /16', () => {
  const all = defaultAddressPools.flatMap((pool) => [...subnetsOf(pool)].map(formatSubnet));
  assert.equal(all.length, 14 + 16 + 256);
  assert.equal(all[0], '172.17.0.0/16');
  assert.equal(all[13], '172.30.0.0/16');
  assert.equal(all[14], '192.168.0.0/20');
  assert.equal(all[29], '192.168.240.0/20');
  assert.equal(all[30], '172.31.0.0/24');
  assert.equal(all.at(-1), '172.31.255.0/24');
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
