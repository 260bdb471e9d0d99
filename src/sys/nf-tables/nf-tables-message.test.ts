import assert from 'node:assert/strict';
import { test } from 'node:test';
import { encodeMessages } from '../netlink/netlink.ts';
import { batchOf, forgetUdpFlows, u16be } from './nf-tables-message.ts';

test('an element goes into a batch with its fields in whole registers, its data and its comment', () => {
  const [begin, element, end, ...more] = batchOf([
    {
      action: 'add',
      table: 't',
      set: 's',
      key: [Buffer.from([6]), u16be(8080)],
      data: [Buffer.from([10, 0, 0, 2]), u16be(80)],
      comment: 'web',
    },
  ]);
  assert.deepEqual([begin?.type, end?.type, more.length], [16, 17, 0]);
  assert.equal(element?.type, (10 << 8) | 12);
  const hex = element?.body.toString('hex') ?? '';
  assert.ok(hex.includes('06000000' + '1f900000'), 'protocol and port, each in four bytes');
  assert.ok(hex.includes('0a000002' + '00500000'), 'address and port');
  assert.ok(hex.includes('0004' + Buffer.from('web\0').toString('hex')), 'kind and length before the comment');
});

test('an element is taken out by its key alone', () => {
  const [, element] = batchOf([
    {
      action: 'delete',
      table: 't',
      set: 's',
      key: [Buffer.from([6])],
      data: [Buffer.from([1, 2, 3, 4])],
      comment: 'x',
    },
  ]);
  assert.equal(element?.type, (10 << 8) | 14);
  assert.ok(!element?.body.includes(Buffer.from([1, 2, 3, 4])));
});

test('a comment of any length is cut, and stays a string', () => {
  const [, element] = batchOf([
    { action: 'add', table: 't', set: 's', key: [Buffer.from([6])], comment: 'é'.repeat(200) },
  ]);
  assert.ok((element?.body.length ?? 0) < 256);
  assert.doesNotThrow(() => encodeMessages(element === undefined ? [] : [element]));
});

test('flows are forgotten by protocol and port, and never without a port', () => {
  for (const message of forgetUdpFlows(53)) {
    assert.ok(message.body.includes(u16be(53)));
    assert.ok(message.body.includes(Buffer.from([0x28, 0, 0, 0])));
  }
});
