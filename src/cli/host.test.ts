import assert from 'node:assert/strict';
import { createHash } from 'node:crypto';
import { mkdirSync, mkdtempSync, rmSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { after, test } from 'node:test';
import { chooseAddress, type HostChoice, parseAddress } from './host.ts';

const folder = mkdtempSync('/tmp/skh-');
after(() => rmSync(folder, { recursive: true }));

const id = createHash('sha256').update('remote').digest('hex');
mkdirSync(join(folder, 'contexts/meta', id), { recursive: true });
writeFileSync(
  join(folder, 'contexts/meta', id, 'meta.json'),
  JSON.stringify({ Name: 'remote', Endpoints: { docker: { Host: 'tcp://remote:2375' } } }),
);

function choose(choice: Partial<HostChoice>): string {
  return chooseAddress({
    hosts: [],
    context: '',
    env: {},
    configFolder: folder,
    currentContext: () => undefined,
    ...choice,
  });
}

test('the flag wins over the environment, the environment over the contexts', () => {
  const env = { DOCKER_HOST: 'unix:///env.sock', DOCKER_CONTEXT: 'remote' };
  assert.equal(choose({ hosts: ['unix:///flag.sock'], env }), 'unix:///flag.sock');
  assert.equal(choose({ context: 'remote', env }), 'tcp://remote:2375');
  assert.equal(choose({ env }), 'unix:///env.sock');
  assert.equal(choose({ env: { DOCKER_CONTEXT: 'remote' } }), 'tcp://remote:2375');
  assert.equal(choose({ currentContext: () => 'remote' }), 'tcp://remote:2375');
  assert.equal(choose({}), 'unix:///run/skiff.sock');
});

test('more than one host, a host beside a context, and an unknown context are refused', () => {
  assert.throws(() => choose({ hosts: ['unix:///a', 'unix:///b'] }), /Specify only one -H/);
  assert.throws(() => choose({ hosts: ['unix:///a'], context: 'remote' }), /cannot specify both --host and --context/);
  assert.throws(() => choose({ context: 'other' }), /context "other": context not found/);
});

test('addresses become endpoints', () => {
  assert.deepEqual(parseAddress('unix:///run/x.sock', false), { kind: 'unix', path: '/run/x.sock' });
  assert.deepEqual(parseAddress(choose({ hosts: ['localhost:1234'] }), false), {
    kind: 'tcp',
    hostname: 'localhost',
    port: 1234,
    basePath: '',
  });
  assert.deepEqual(parseAddress('tcp://h/base', false), { kind: 'tcp', hostname: 'h', port: 2375, basePath: '/base' });
  assert.throws(() => parseAddress('foo://x', false), /invalid bind address format: foo:\/\/x/);
  assert.throws(() => parseAddress('tcp://h:2376', true), /TLS/);
});
