import assert from 'node:assert/strict';
import { after, before, test } from 'node:test';
import { setTimeout as delay } from 'node:timers/promises';
import { mustRun } from '../../support/command.ts';
import { startDaemon, type TestDaemon } from '../../support/daemon.ts';
import { demultiplex } from '../../support/frames.ts';
import { until } from '../../support/until.ts';

/** Each round: everything at once, SIGKILL in the midst of it, then what records say is compared with what there is. */
const ROUNDS = Number(process.env['SKIFF_SIGKILL_ROUNDS'] ?? 8);
const LATEST_KILL_MS = 150;
const CONTAINERS = ['one', 'other'] as const;

let daemon: TestDaemon;
before(async () => {
  daemon = await startDaemon();
});
after(() => daemon.close());

interface Place {
  readonly IPAddress: string;
  readonly GlobalIPv6Address: string;
}

function network(verb: 'connect' | 'disconnect', name: string, container: string): Promise<unknown> {
  return daemon.call('POST', `/networks/${name}/${verb}`, { body: { Container: container } });
}

function create(name: string, more: object = {}): Promise<unknown> {
  return daemon.call('POST', '/networks/create', { body: { Name: name, ...more } });
}

async function run(name: string, mode: string, command: string): Promise<void> {
  const body = { Image: 'busybox', Cmd: ['sh', '-c', command], HostConfig: { NetworkMode: mode, AutoRemove: true } };
  await daemon.call('POST', `/containers/create?name=${name}`, { body });
  await daemon.call('POST', `/containers/${name}/start`);
}

async function exec(name: string, ...Cmd: string[]): Promise<string> {
  const created = await daemon.call('POST', `/containers/${name}/exec`, { body: { Cmd, AttachStdout: true } });
  assert.equal(created.status, 201, created.text());
  const { Id } = created.json<{ Id: string }>();
  const answer = await daemon.call('POST', `/exec/${Id}/start`, { body: { Detach: false, Tty: false } });
  return demultiplex(answer.body).stdout;
}

/** What clients have under way when the daemon dies; none of it needs to succeed. */
function workOn(round: number): Promise<unknown>[] {
  return [
    network('connect', 'moved', 'one'),
    network('disconnect', 'moved', 'other'),
    network('connect', 'moved', 'other'),
    network('disconnect', 'moved', 'one'),
    network('connect', 'dual', CONTAINERS[round % 2] ?? 'one'),
    network('disconnect', 'dual', CONTAINERS[(round + 1) % 2] ?? 'one'),
    create(`made${round}`),
    create(`dual${round}`, { EnableIPv6: true }),
    daemon.call('DELETE', `/networks/made${round - 1}`),
    run(`gone${round}`, 'moved', 'exit 0'),
    run(`late${round}`, 'dual', 'sleep 1000'),
    daemon.call('DELETE', `/containers/late${round - 1}?force=1`),
  ];
}

/** A container is in the networks that its record names, with those addresses, and in no other. */
async function placesAreTrue(name: string): Promise<void> {
  const inspected = (await daemon.call('GET', `/containers/${name}/json`)).json<{
    Id: string;
    State: { Status: string };
    NetworkSettings: { Networks: Record<string, Place> };
  }>();
  assert.equal(inspected.State.Status, 'running');
  const places = Object.entries(inspected.NetworkSettings.Networks);
  const expected = places.flatMap(([, { IPAddress, GlobalIPv6Address }]) => [IPAddress, GlobalIPv6Address]);
  const shown = await exec(name, 'ip', '-o', 'address');
  const found = [...shown.matchAll(/eth\d+\s+inet6? ([\d.]+|f[cd][\da-f:]+)\//g)].map(([, address = '']) => address);
  assert.deepEqual(found.sort(byText), expected.filter((address) => address !== '').sort(byText), shown);
  for (const [network] of places) {
    const { Containers } = (await daemon.call('GET', `/networks/${network}`)).json<{ Containers: object }>();
    assert.ok(inspected.Id in Containers, `${network} has ${name}`);
  }
  const hosts = await exec(name, 'cat', '/etc/hosts');
  for (const address of expected) assert.ok(hosts.includes(address), `${address} is in ${hosts}`);
}

function byText(a: string, b: string): number {
  return a < b ? -1 : 1;
}

/** Every link with this daemon's mark is a bridge of one of its networks, or the end of a running container's pair. */
async function linksHaveOwners(): Promise<void> {
  const networks = (await daemon.call('GET', '/networks')).json<{ Id: string; Driver: string; Options: object }[]>();
  const bridges = networks.filter(({ Driver }) => Driver === 'bridge').length;
  const details = await Promise.all(
    networks.map(async ({ Id }) =>
      (await daemon.call('GET', `/networks/${Id}`)).json<{ Containers: object; Driver: string }>(),
    ),
  );
  const endpoints = details
    .filter(({ Driver }) => Driver === 'bridge')
    .flatMap(({ Containers }) => Object.keys(Containers));
  await until(`${bridges} bridges and ${endpoints.length} links are all that there is`, async () => {
    const links = JSON.parse(await mustRun('ip', ['-json', 'link', 'show'])) as { ifname: string; ifalias?: string }[];
    const own = links.filter(({ ifalias }) => ifalias?.includes(daemon.tag));
    const veths = own.filter(({ ifname }) => ifname.startsWith('veth'));
    return veths.length === endpoints.length && own.length - veths.length === bridges;
  });
}

test('networks survive SIGKILL at any moment', async (t) => {
  await create('moved');
  await create('dual', { EnableIPv6: true });
  for (const name of CONTAINERS) await run(name, 'bridge', 'sleep 1000');
  for (let round = 1; round <= ROUNDS; round++) {
    const work = Promise.allSettled(workOn(round));
    await delay(Math.random() * LATEST_KILL_MS);
    await daemon.kill();
    await work;
    await daemon.start();
    t.diagnostic(`round ${round}`);
    for (const name of CONTAINERS) await placesAreTrue(name);
    await linksHaveOwners();
  }
  await create('after');
  assert.equal((await daemon.call('DELETE', '/networks/after')).status, 204);
});

test('no address is given out twice or lost, whenever the daemon dies while eight containers start', async () => {
  // Thirteen addresses for containers.
  await create('small', { IPAM: { Config: [{ Subnet: '10.216.0.0/28' }] } });
  for (let round = 1; round <= Math.ceil(ROUNDS / 3); round++) {
    const names = Array.from({ length: 8 }, (_, index) => `small${round}-${index}`);
    const work = Promise.allSettled(names.map((name) => run(name, 'small', 'sleep 1000')));
    await delay(Math.random() * 2 * LATEST_KILL_MS);
    await daemon.kill();
    await work;
    await daemon.start();
    const running = await addressesIn('small');
    assert.equal(new Set(running.values()).size, running.size);
    await Promise.all(names.map((name) => daemon.call('DELETE', `/containers/${name}?force=1`)));
    assert.equal((await addressesIn('small')).size, 0);
  }
  for (let index = 0; index < 13; index++) await run(`last${index}`, 'small', 'sleep 1000');
  assert.equal(new Set((await addressesIn('small')).values()).size, 13);
  await daemon.call('POST', '/containers/create?name=none-left', {
    body: { Image: 'busybox', HostConfig: { NetworkMode: 'small' } },
  });
  const refused = await daemon.call('POST', '/containers/none-left/start');
  assert.match(refused.text(), /no available IPv4 addresses on this network's address pools: small/);
});

async function addressesIn(name: string): Promise<Map<string, string>> {
  const { Containers } = (await daemon.call('GET', `/networks/${name}`)).json<{
    Containers: Record<string, { IPv4Address: string }>;
  }>();
  return new Map(Object.entries(Containers).map(([id, { IPv4Address }]) => [id, IPv4Address]));
}
