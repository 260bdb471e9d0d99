import assert from 'node:assert/strict';
import { test } from 'node:test';
import { nameInZoneFile } from './zone-name.ts';

/** A version 2 file whose first half is empty: winter time WT (+1 h), from 1000 on summer time ST (+2 h), from 2000 WT. */
function zoneFile(): Buffer {
  const header = (transitions: number, types: number, names: number): Buffer => {
    const bytes = Buffer.alloc(44);
    bytes.write('TZif2', 0, 'latin1');
    [0, 0, 0, transitions, types, names].forEach((count, index) => bytes.writeUInt32BE(count, 20 + index * 4));
    return bytes;
  };
  const times = Buffer.alloc(16);
  times.writeBigInt64BE(1000n, 0);
  times.writeBigInt64BE(2000n, 8);
  const types = Buffer.alloc(12);
  types.writeInt32BE(3600, 0);
  types.writeInt32BE(7200, 6);
  types.writeUInt8(1, 10);
  types.writeUInt8(3, 11);
  return Buffer.concat([
    header(0, 0, 0),
    header(2, 2, 6),
    times,
    Buffer.from([1, 0]),
    types,
    Buffer.from('WT\0ST\0', 'latin1'),
  ]);
}

test('a moment has the name that the last change before it gave its offset', () => {
  assert.equal(nameInZoneFile(zoneFile(), 1500, 7200), 'ST');
  assert.equal(nameInZoneFile(zoneFile(), 2500, 3600), 'WT');
});

test('before the first change the name is found by the offset', () => {
  assert.equal(nameInZoneFile(zoneFile(), 10, 3600), 'WT');
});

test('after the last change a rule may bring an older name back', () => {
  assert.equal(nameInZoneFile(zoneFile(), 9999, 7200), 'ST');
});

test('an offset that the zone never had has no name', () => {
  assert.equal(nameInZoneFile(zoneFile(), 1500, 1800), undefined);
});
