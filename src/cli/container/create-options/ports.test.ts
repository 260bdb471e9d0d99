import assert from 'node:assert/strict';
import { test } from 'node:test';
import { parsePorts } from './ports.ts';

test('a published port is exposed and bound', () => {
  assert.deepEqual(parsePorts(['127.0.0.1:8080:80/udp'], []), {
    exposed: { '80/udp': {} },
    bindings: { '80/udp': [{ HostIp: '127.0.0.1', HostPort: '8080' }] },
  });
});

test('ranges are bound pairwise', () => {
  assert.deepEqual(parsePorts(['8000-8001:90-91'], []).bindings, {
    '90/tcp': [{ HostIp: '', HostPort: '8000' }],
    '91/tcp': [{ HostIp: '', HostPort: '8001' }],
  });
});

test('a range of host ports for one port is left to the daemon', () => {
  assert.deepEqual(parsePorts(['8000-8010:80'], []).bindings, { '80/tcp': [{ HostIp: '', HostPort: '8000-8010' }] });
});

test('the same port may be published twice', () => {
  assert.deepEqual(parsePorts(['1:80', '[::1]:2:80'], []).bindings, {
    '80/tcp': [
      { HostIp: '', HostPort: '1' },
      { HostIp: '::1', HostPort: '2' },
    ],
  });
});

test('ports that are only exposed are not bound', () => {
  assert.deepEqual(parsePorts([], ['80-81', '53/udp']), {
    exposed: { '80/tcp': {}, '81/tcp': {}, '53/udp': {} },
    bindings: {},
  });
});
