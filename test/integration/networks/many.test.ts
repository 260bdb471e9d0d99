import assert from 'node:assert/strict';
import { after, before, test } from 'node:test';
import { startDaemon, type TestDaemon } from '../../support/daemon.ts';

/** More than Docker's own pools have room for; the pools of `docker network create` end at 31. */
const COUNT = 48;

let daemon: TestDaemon;
before(async () => {
  daemon = await startDaemon();
});
after(() => daemon.close());

interface Listed {
  readonly Name: string;
  readonly IPAM: { readonly Config: readonly { readonly Subnet: string }[] | null };
}

async function ofOwn(): Promise<Listed[]> {
  const all = (await daemon.call('GET', '/networks')).json<Listed[]>();
  return all.filter(({ Name }) => Name.startsWith('many'));
}

test('there may be many networks, each with a subnet of its own, also after a restart', async () => {
  const names = Array.from({ length: COUNT }, (_, index) => `many${index}`);
  const created = await Promise.all(names.map((Name) => daemon.call('POST', '/networks/create', { body: { Name } })));
  assert.deepEqual([...new Set(created.map(({ status }) => status))], [201]);
  const before = await ofOwn();
  const subnets = before.map(({ IPAM }) => IPAM.Config?.[0]?.Subnet);
  assert.equal(new Set(subnets).size, COUNT);
  await daemon.kill();
  await daemon.start();
  assert.deepEqual(await ofOwn(), before);
  assert.match(
    await daemon.skiff(['run', '--rm', '--network', `many${COUNT - 1}`, 'busybox', 'ip', 'route']),
    /^default via /m,
  );
});

test('of several requests for one name at a time one is granted', async () => {
  const attempts = await Promise.all(
    Array.from({ length: 5 }, () => daemon.call('POST', '/networks/create', { body: { Name: 'single' } })),
  );
  const statuses = attempts.map(({ status }) => status).sort((a, b) => a - b);
  assert.deepEqual(statuses, [201, 409, 409, 409, 409]);
  const filters = encodeURIComponent('{"name":["single"]}');
  assert.equal((await daemon.call('GET', `/networks?filters=${filters}`)).json<unknown[]>().length, 1);
});

test('pruning removes all of them', async () => {
  const { NetworksDeleted } = (await daemon.call('POST', '/networks/prune')).json<{ NetworksDeleted: string[] }>();
  assert.equal(NetworksDeleted.length, COUNT + 1);
  assert.deepEqual(await ofOwn(), []);
});
