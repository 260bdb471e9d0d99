import assert from 'node:assert/strict';
import { test } from 'node:test';
import { portsText } from './ports-text.ts';

const tcp = (PrivatePort: number, IP?: string, PublicPort?: number) => ({
  PrivatePort,
  Type: 'tcp',
  ...(IP === undefined ? {} : { IP }),
  ...(PublicPort === undefined ? {} : { PublicPort }),
});

test('no ports are an empty text', () => {
  assert.equal(portsText([]), '');
});

test('ports in a row become a range, whatever their order', () => {
  assert.equal(portsText([tcp(82), tcp(80), tcp(81), tcp(90)]), '80-82/tcp, 90/tcp');
});

test('published ports in a row become a range of both sides', () => {
  assert.equal(
    portsText([tcp(80, '0.0.0.0', 80), tcp(81, '0.0.0.0', 81), tcp(80, '::', 80)]),
    '0.0.0.0:80-81->80-81/tcp, [::]:80->80/tcp',
  );
});

test('a port published under another number stands alone, at the end', () => {
  assert.equal(portsText([tcp(80, '127.0.0.1', 8080), tcp(443)]), '443/tcp, 127.0.0.1:8080->80/tcp');
});

test('protocols are kept apart', () => {
  assert.equal(portsText([tcp(53), { PrivatePort: 53, Type: 'udp' }]), '53/tcp, 53/udp');
});
