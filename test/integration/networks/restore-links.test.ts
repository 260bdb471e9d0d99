import assert from 'node:assert/strict';
import { after, before, test } from 'node:test';
import { mustRun } from '../../support/command.ts';
import { startDaemon, type TestDaemon } from '../../support/daemon.ts';

let daemon: TestDaemon;
before(async () => {
  // Out of the usual pools, another daemon may take a subnet while nothing on the host shows it.
  daemon = await startDaemon(['--default-address-pool', 'base=10.216.0.0/16,size=24']);
  await daemon.skiff(['network', 'create', '--ipv6', 'front']);
  for (const name of ['one', 'other']) {
    await daemon.skiff(['run', '-d', '--name', name, '--network', 'front', 'busybox', 'sleep', '1000']);
  }
});
after(() => daemon.close());

/** Does something to the host while no daemon looks. */
async function meanwhile(work: () => Promise<unknown>): Promise<void> {
  await daemon.kill();
  await work();
  await daemon.start();
}

async function bridge(): Promise<string> {
  return `br-${(await daemon.skiff(['network', 'inspect', '-f', '{{.Id}}', 'front'])).slice(0, 12)}`;
}

async function inside(name: string, ...command: string[]): Promise<string> {
  return daemon.skiff(['exec', name, ...command]);
}

async function addressOf(name: string, field: 'IPAddress' | 'GlobalIPv6Address'): Promise<string> {
  return (await daemon.skiff(['inspect', '-f', `{{.NetworkSettings.Networks.front.${field}}}`, name])).trim();
}

async function reachEachOther(): Promise<void> {
  for (const field of ['IPAddress', 'GlobalIPv6Address'] as const) {
    const address = await addressOf('other', field);
    assert.match(await inside('one', 'ping', '-c1', '-W2', address), / 0% packet loss/, address);
  }
  assert.match(await inside('one', 'ip', 'route'), /^default via [\d.]+ dev eth0/m);
  assert.match(await inside('one', 'ip', '-6', 'route'), /^default via fd[\da-f:]+ dev eth0/m);
}

interface Link {
  readonly ifname: string;
  readonly ifindex: number;
  readonly ifalias?: string;
}

async function linksOf(master: string): Promise<Link[]> {
  return JSON.parse(await mustRun('ip', ['-json', 'link', 'show', 'master', master])) as Link[];
}

test('a bridge that was deleted comes back with its containers, whose links go on', async () => {
  const name = await bridge();
  const before = await linksOf(name);
  await meanwhile(() => mustRun('ip', ['link', 'delete', name]));
  const after = await linksOf(name);
  assert.deepEqual(
    after.map(({ ifindex }) => ifindex),
    before.map(({ ifindex }) => ifindex),
  );
  await reachEachOther();
});

test('links that were deleted are made again, with the addresses that containers had', async () => {
  const address = await addressOf('one', 'IPAddress');
  const name = await bridge();
  await meanwhile(async () => {
    for (const { ifname } of await linksOf(name)) await mustRun('ip', ['link', 'delete', ifname]);
  });
  assert.equal((await linksOf(name)).length, 2);
  assert.match(await inside('one', 'ip', '-o', '-4', 'address', 'show', 'eth0'), new RegExp(` ${address}/`));
  await reachEachOther();
});

test('a way out that was taken from a bridge is back: addresses and state', async () => {
  const name = await bridge();
  await meanwhile(async () => {
    await mustRun('ip', ['address', 'flush', 'dev', name]);
    await mustRun('ip', ['link', 'set', name, 'down']);
  });
  const gateway = (await daemon.skiff(['inspect', '-f', '{{.NetworkSettings.Networks.front.Gateway}}', 'one'])).trim();
  assert.match(await inside('one', 'ping', '-c1', '-W2', gateway), / 0% packet loss/);
  await reachEachOther();
});

test("links with the daemon's mark that nothing knows are removed, and those of others stay", async (t) => {
  const [own, others] = ['skt-stray0', 'skt-others0'];
  t.after(() => mustRun('ip', ['link', 'delete', others]));
  await meanwhile(async () => {
    for (const [name, alias] of [
      [own, `skiff_${daemon.tag}`],
      [others, 'skiff_00000000'],
    ] as const) {
      await mustRun('ip', ['link', 'add', name, 'type', 'bridge']);
      await mustRun('ip', ['link', 'set', name, 'alias', alias]);
    }
  });
  const names = (JSON.parse(await mustRun('ip', ['-json', 'link', 'show'])) as Link[]).map(({ ifname }) => ifname);
  assert.ok(!names.includes(own));
  assert.ok(names.includes(others));
  await reachEachOther();
});
