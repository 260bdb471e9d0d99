import assert from 'node:assert/strict';
import { existsSync } from 'node:fs';
import { after, test } from 'node:test';
import { LinuxSyscalls } from '../../../src/sys/linux.ts';
import { MNT_DETACH } from '../../../src/sys/syscalls.ts';
import { mustRun } from '../../support/command.ts';
import { inNamespace, OwnNetworks, requestFor } from '../../support/own-networks.ts';

const own = new OwnNetworks();
after(() => own.close());

test('a new daemon keeps the links of running containers and frees what ended ones had', async () => {
  const before = own.open();
  await before.restore(new Set());
  const runs = requestFor('bridge');
  const ended = requestFor('bridge');
  const plan = await before.prepare(runs);
  await before.connect(runs.id);
  const stale = await before.prepare(ended);
  const bridge = before.list().find(({ name }) => name === 'bridge');

  const daemon = own.open();
  await daemon.restore(new Set([runs.id]));
  assert.deepEqual(
    daemon.list().find(({ name }) => name === 'bridge'),
    bridge,
  );
  assert.deepEqual(daemon.endpoints(runs.id), plan.endpoints);
  assert.deepEqual(daemon.endpoints(ended.id), []);
  assert.ok(!existsSync(stale.sandbox.key));
  const gateway = plan.endpoints[0]?.gateway ?? '';
  assert.match(await inNamespace(plan.sandbox.key, 'busybox', 'ping', '-c1', '-W2', gateway), / 0% packet loss/);
  await daemon.disconnect(runs.id);
});

test('after a reboot the bridge and the rules come back with the same subnet', async () => {
  // A pool of its own: out of the usual ones, another daemon may take the subnet while the bridge is away.
  const options = { pools: [{ base: `10.215.${Number.parseInt(own.tag.slice(0, 2), 16)}.0/24`, size: 24 }] };
  const networks = own.open(options);
  await networks.restore(new Set());
  const subnet = networks.list().find(({ name }) => name === 'bridge')?.subnets[0]?.subnet;
  const request = requestFor('bridge');
  const { sandbox, endpoints } = await networks.prepare(request);
  const gateway = endpoints[0]?.gateway ?? '';
  // What a reboot takes away: links, tables, and the mounts of the exec root.
  await mustRun('ip', ['link', 'delete', own.bridge]);
  await mustRun('nft', ['delete', 'table', 'inet', own.bridge]);
  await new LinuxSyscalls().unmount(sandbox.key, MNT_DETACH);

  const rebooted = own.open(options);
  await rebooted.restore(new Set());
  assert.equal(rebooted.list().find(({ name }) => name === 'bridge')?.subnets[0]?.subnet, subnet);
  assert.match(await mustRun('ip', ['-brief', 'address', 'show', own.bridge]), new RegExp(gateway));
  assert.match(await mustRun('nft', ['list', 'table', 'inet', own.bridge]), /masquerade/);
  assert.equal(rebooted.endpoints(request.id).length, 0);
});

test('another --bip takes effect when no container runs, and waits with a warning while one does', async () => {
  const networks = own.open();
  await networks.restore(new Set());
  const request = requestFor('bridge');
  const { endpoints } = await networks.prepare(request);
  const gateway = endpoints[0]?.gateway ?? '';
  const subnetOf = (opened: typeof networks): string =>
    opened.list().find(({ name }) => name === 'bridge')?.subnets[0]?.subnet ?? '';
  const first = subnetOf(networks);

  const busy = own.open({ bip: '10.213.7.1/24' });
  await busy.restore(new Set([request.id]));
  assert.equal(subnetOf(busy), first);
  assert.match(own.warnings.join(), /--bip 10\.213\.7\.1\/24 takes effect when the daemon starts with none running/);

  const idle = own.open({ bip: '10.213.7.1/24' });
  await idle.restore(new Set());
  assert.equal(subnetOf(idle), '10.213.7.0/24');
  const shown = await mustRun('ip', ['-brief', 'address', 'show', own.bridge]);
  assert.match(shown, /10\.213\.7\.1\/24/);
  assert.ok(!shown.includes(`${gateway}/`));
});
