import assert from 'node:assert/strict';
import { test } from 'node:test';
import type { RegistrySettings } from '../registry-settings.ts';
import { testSettings } from '../testing/registry-settings.ts';
import { findEndpoints } from './find-endpoints.ts';

async function bases(registry: string, changes: Partial<RegistrySettings> = {}, withMirrors = true) {
  return (await findEndpoints(registry, testSettings(changes), { withMirrors })).map(({ base }) => base);
}

test('a registry is spoken to by TLS only', async () => {
  assert.deepEqual(await bases('registry.example:5000'), ['https://registry.example:5000']);
  const [endpoint] = await findEndpoints('registry.example', testSettings(), { withMirrors: true });
  assert.equal(endpoint?.acceptsAnyCertificate, false);
});

test('registries of this host, and those that are said to be insecure, may be spoken to in plain', async () => {
  const both = (host: string) => [`https://${host}`, `http://${host}`];
  for (const host of ['127.0.0.1:5000', '127.8.8.8', 'localhost:5000', 'a.localhost', '[::1]:5000']) {
    assert.deepEqual(await bases(host), both(host));
  }
  assert.deepEqual(await bases('10.1.2.3:5000'), ['https://10.1.2.3:5000']);
  const insecureRegistries = ['named.example', 'port.example:5000', '10.0.0.0/8', 'fd00::/8'];
  for (const host of ['named.example', 'named.example:7', 'port.example:5000', '10.1.2.3:5000', '[fd00::1]:5']) {
    assert.deepEqual(await bases(host, { insecureRegistries }), both(host), host);
  }
  assert.deepEqual(await bases('port.example:5001', { insecureRegistries: ['port.example:5000'] }), [
    'https://port.example:5001',
  ]);
});

test('mirrors are for images of Docker Hub, before it', async () => {
  const mirrors = ['https://mirror.example/', 'http://10.0.0.1:5000/cache'];
  assert.deepEqual(await bases('docker.io', { mirrors }), [
    'https://mirror.example',
    'http://10.0.0.1:5000/cache',
    'https://registry-1.docker.io',
  ]);
  assert.deepEqual(await bases('docker.io', { mirrors }, false), ['https://registry-1.docker.io']);
  assert.deepEqual(await bases('registry.example', { mirrors }), ['https://registry.example']);
});
