import assert from 'node:assert/strict';
import { test } from 'node:test';
import { describeHost, parseHost } from './hosts.ts';

test("every form of an address is read, with dockerd's defaults", () => {
  const cases = [
    ['unix:///run/x.sock', { kind: 'unix', path: '/run/x.sock' }, '/run/x.sock'],
    ['unix://', { kind: 'unix', path: '/run/skiff.sock' }, '/run/skiff.sock'],
    ['tcp://', { kind: 'tcp', address: 'localhost', port: 2375 }, 'localhost:2375'],
    ['tcp://:80', { kind: 'tcp', address: '0.0.0.0', port: 80 }, '0.0.0.0:80'],
    ['tcp://[::1]:1', { kind: 'tcp', address: '::1', port: 1 }, '[::1]:1'],
    ['127.0.0.1:5', { kind: 'tcp', address: '127.0.0.1', port: 5 }, '127.0.0.1:5'],
    ['fd://', { kind: 'fd', number: undefined }, 'fd://'],
    ['fd://4', { kind: 'fd', number: 4 }, 'fd://4'],
  ] as const;
  for (const [text, host, shown] of cases) {
    assert.deepEqual(parseHost(text), host, text);
    assert.equal(describeHost(parseHost(text)), shown);
  }
});

test('what is no address is refused with the address', () => {
  for (const text of ['npipe://x', 'unix://relative', 'tcp://a:99999', 'tcp://a/b', 'fd://x']) {
    assert.throws(() => parseHost(text), new RegExp(`^EngineError: invalid bind address \\(${text}\\)`));
  }
});
