import assert from 'node:assert/strict';
import { test } from 'node:test';
import { isEngineError } from '../errors/engine-error.ts';
import { chooseSubnet, defaultAddressPools, subnetsOf } from './address-pools.ts';
import { formatSubnet, parseCidr } from './ipv4.ts';

const used = (...texts: string[]) => texts.map((text) => parseCidr(text).subnet);

test('the default pools are those of Docker: fifteen /16, then sixteen /20', () => {
  const all = defaultAddressPools.flatMap((pool) => [...subnetsOf(pool)].map(formatSubnet));
  assert.equal(all.length, 31);
  assert.equal(all[0], '172.17.0.0/16');
  assert.equal(all[14], '172.31.0.0/16');
  assert.equal(all[15], '192.168.0.0/20');
  assert.equal(all[30], '192.168.240.0/20');
});

test('the first subnet that overlaps nothing in use is taken', () => {
  assert.equal(formatSubnet(chooseSubnet(defaultAddressPools, [])), '172.17.0.0/16');
  assert.equal(
    formatSubnet(chooseSubnet(defaultAddressPools, used('172.17.0.0/16', '172.18.4.0/24'))),
    '172.19.0.0/16',
  );
  assert.equal(formatSubnet(chooseSubnet(defaultAddressPools, used('172.16.0.0/12'))), '192.168.0.0/20');
});

test("a pool of one's own is cut by its size", () => {
  const pool = { base: '10.10.0.0/22', size: 24 };
  assert.equal(formatSubnet(chooseSubnet([pool], used('10.10.0.0/23'))), '10.10.2.0/24');
});

test('used-up pools are told as Docker tells them', () => {
  assert.throws(
    () => chooseSubnet([{ base: '10.10.0.0/24', size: 24 }], used('10.0.0.0/8')),
    (error) =>
      isEngineError(error, 'forbidden') && error.message === 'all predefined address pools have been fully subnetted',
  );
});
