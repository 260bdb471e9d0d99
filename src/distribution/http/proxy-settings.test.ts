import assert from 'node:assert/strict';
import { test } from 'node:test';
import { ProxySettings } from './proxy-settings.ts';

const HTTP_PROXY = 'http://proxy.example:3128';

/** Those of the hosts that are asked directly. */
function direct(noProxy: string, hosts: readonly string[]): string[] {
  const settings = new ProxySettings({ HTTP_PROXY, NO_PROXY: noProxy });
  return hosts.filter((host) => !settings.isUsedFor(new URL(`https://${host}`)));
}

test('without a proxy none is used, and empty ones are none', () => {
  for (const env of [{}, { HTTP_PROXY: '' }, { NO_PROXY: 'x' }]) {
    const settings = new ProxySettings(env);
    assert.equal(settings.environment, undefined);
    assert.equal(settings.isUsedFor(new URL('https://registry.example')), false);
  }
});

test('the proxies are handed on under their names, the exceptions are not', () => {
  const env = { HTTP_PROXY, https_proxy: 'http://other.example', NO_PROXY: 'x', OTHER: 'y' };
  assert.deepEqual(new ProxySettings(env).environment, { HTTP_PROXY, https_proxy: 'http://other.example' });
});

test('this host is asked directly, whatever is said', () => {
  const own = ['localhost', 'localhost:5000', '127.0.0.1:5000', '127.8.8.8', '[::1]:5000'];
  assert.deepEqual(direct('', [...own, 'registry.example', '10.0.0.1', '[fd00::1]', 'localhost.example']), own);
});

test('exceptions are names with all below them, addresses, networks and ports', () => {
  assert.deepEqual(direct('A.example, b.example', ['a.example', 'x.a.example', 'xa.example', 'b.example:5000']), [
    'a.example',
    'x.a.example',
    'b.example:5000',
  ]);
  for (const entry of ['.a.example', '*.a.example']) {
    assert.deepEqual(direct(entry, ['a.example', 'x.a.example', 'y.x.a.example']), ['x.a.example', 'y.x.a.example']);
  }
  assert.deepEqual(direct('10.0.0.0/8,fd00::/8,192.0.2.1', ['10.1.2.3', '11.1.2.3', '[fd00::1]:5', '192.0.2.1:5']), [
    '10.1.2.3',
    '[fd00::1]:5',
    '192.0.2.1:5',
  ]);
  assert.deepEqual(
    direct('a.example:5000,b.example:443,[fd00::1]:5', ['a.example', 'a.example:5000', 'b.example', '[fd00::1]:5']),
    ['a.example:5000', 'b.example', '[fd00::1]:5'],
  );
  assert.deepEqual(direct('*', ['a.example']), ['a.example']);
  assert.deepEqual(direct('10.0.0.0/99,/8,x/8', ['10.0.0.1', 'x']), []);
});
