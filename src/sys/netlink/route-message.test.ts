import assert from 'node:assert/strict';
import { test } from 'node:test';
import { addAddress } from './address-message.ts';
import { acknowledgedErrno, attribute, decodeReplies, encodeMessages } from './netlink.ts';
import { createVethPair, isOperational, setLinkUp } from './route-message.ts';

test('a message is what the kernel documents: header, ifinfomsg, attributes padded to four bytes', () => {
  const bytes = encodeMessages([setLinkUp('eth0')]).toString('hex');
  assert.equal(
    bytes,
    // length 44, RTM_NEWLINK, REQUEST|ACK, sequence 1, port 0
    '2c000000' +
      '1000' +
      '0500' +
      '01000000' +
      '00000000' +
      // family, type and index unset; flags and change mask IFF_UP
      '00000000' +
      '00000000' +
      '01000000' +
      '01000000' +
      // IFLA_IFNAME, 9 bytes and their padding
      '0900' +
      '0300' +
      '6574683000' +
      '000000',
  );
});

test('several messages are numbered from one', () => {
  const bytes = encodeMessages([setLinkUp('lo'), setLinkUp('eth0')]);
  const second = bytes.readUInt32LE(0);
  assert.equal(bytes.readUInt32LE(8), 1);
  assert.equal(bytes.readUInt32LE(second + 8), 2);
  assert.equal(bytes.length, second + bytes.readUInt32LE(second));
});

test('an address carries its prefix, its link and its bytes in network order', () => {
  const { body } = addAddress({ linkIndex: 7, address: '172.17.0.2', broadcast: '172.17.255.255', prefixLength: 16 });
  assert.equal(body.subarray(0, 8).toString('hex'), '0210000007000000');
  assert.equal(body.subarray(8, 16).toString('hex'), '08000200ac110002');
});

test('the peer of a veth pair is nested in the link kind and names its namespace', () => {
  const { body } = createVethPair({
    name: 'veth0',
    mtu: 1500,
    masterIndex: 3,
    peerName: 'eth0',
    peerMac: '02:42:ac:11:00:02',
    peerNamespaceFd: 21,
  });
  const hex = body.toString('hex');
  assert.match(hex, /08001c0015000000/);
  assert.match(hex, /0a0001000242ac1100020000/);
  assert.match(hex, /09000100766574680{8}/);
});

test('acknowledgements are told apart by number and carry errno', () => {
  const acknowledgement = (sequence: number, error: number): Buffer => {
    const bytes = Buffer.alloc(36);
    bytes.writeUInt32LE(36, 0);
    bytes.writeUInt16LE(2, 4);
    bytes.writeUInt32LE(sequence, 8);
    bytes.writeInt32LE(error, 16);
    return bytes;
  };
  const replies = decodeReplies(Buffer.concat([acknowledgement(1, 0), acknowledgement(2, -17)]));
  assert.deepEqual(
    replies.map((reply) => [reply.sequence, acknowledgedErrno(reply)]),
    [
      [1, 0],
      [2, 17],
    ],
  );
});

test('a link is operational when its state is up, and not while it is unknown', () => {
  const reply = (operstate: number) => ({
    type: 16,
    sequence: 1,
    body: Buffer.concat([
      Buffer.alloc(16),
      attribute(3, Buffer.from('eth0\0')),
      attribute(16, Buffer.from([operstate])),
    ]),
  });
  assert.equal(isOperational(reply(6)), true);
  assert.equal(isOperational(reply(0)), false);
  assert.equal(isOperational({ ...reply(6), type: 2 }), undefined);
});
