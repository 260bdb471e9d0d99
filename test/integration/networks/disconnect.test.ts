import assert from 'node:assert/strict';
import { existsSync, mkdirSync, writeFileSync } from 'node:fs';
import { dirname, join } from 'node:path';
import { after, before, test } from 'node:test';
import type { Networks } from '../../../src/networks/networks.ts';
import { LinuxSyscalls } from '../../../src/sys/linux.ts';
import { mustRun } from '../../support/command.ts';
import { mountsBelow } from '../../support/leaks.ts';
import { OwnNetworks, requestFor } from '../../support/own-networks.ts';
import { until } from '../../support/until.ts';

const own = new OwnNetworks();
let networks: Networks;
before(async () => {
  networks = own.open();
  await networks.restore(new Set());
});
after(() => own.close());

async function portsOfBridge(): Promise<number> {
  return (JSON.parse(await mustRun('ip', ['-json', 'link', 'show', 'master', own.bridge])) as object[]).length;
}

test('disconnect takes namespace, links and address away, and may be repeated', async () => {
  const request = requestFor('bridge');
  const { sandbox } = await networks.prepare(request);
  await networks.connect(request.id);
  assert.equal(await portsOfBridge(), 1);
  await Promise.all([networks.disconnect(request.id), networks.disconnect(request.id)]);
  await networks.disconnect(request.id);
  assert.equal(networks.endpoints(request.id).length, 0);
  assert.ok(!existsSync(sandbox.key));
  assert.deepEqual(mountsBelow(own.root), []);
  await until('the kernel has taken the links apart', async () => (await portsOfBridge()) === 0);
});

test('disconnect of what was only prepared, or never, leaves nothing', async () => {
  const request = requestFor('bridge');
  await networks.prepare(request);
  await networks.disconnect(request.id);
  await networks.disconnect(requestFor('bridge').id);
  assert.deepEqual(mountsBelow(own.root), []);
});

test('a container can connect again at once under the same ID', async () => {
  const request = requestFor('bridge');
  for (let round = 0; round < 5; round++) {
    await networks.prepare(request);
    await networks.connect(request.id);
    await networks.disconnect(request.id);
  }
  assert.deepEqual(mountsBelow(own.root), []);
});

test('forty containers that come and go at the same time leave no link behind', async () => {
  const requests = Array.from({ length: 40 }, () => requestFor('bridge'));
  await Promise.all(
    requests.map(async (request) => {
      await networks.prepare(request);
      await networks.connect(request.id);
      await networks.disconnect(request.id);
    }),
  );
  await until('the kernel has taken the links apart', async () => (await portsOfBridge()) === 0);
});

test('namespaces that a daemon pinned before it could keep a row are removed at the next start', async () => {
  const folder = join(own.root, 'netns');
  mkdirSync(folder, { recursive: true });
  const mounted = join(folder, requestFor('bridge').id);
  const unmounted = join(dirname(mounted), requestFor('bridge').id);
  for (const path of [mounted, unmounted]) writeFileSync(path, '');
  new LinuxSyscalls().createNetworkNamespace(mounted);
  await own.open().restore(new Set());
  assert.ok(!existsSync(mounted) && !existsSync(unmounted));
  assert.deepEqual(mountsBelow(own.root), []);
});
