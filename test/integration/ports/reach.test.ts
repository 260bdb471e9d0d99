import assert from 'node:assert/strict';
import { spawn } from 'node:child_process';
import { once } from 'node:events';
import { after, before, type TestContext, test } from 'node:test';
import { fileURLToPath } from 'node:url';
import { runCommand } from '../../support/command.ts';
import type { TestDaemon } from '../../support/daemon.ts';
import { fetchFrom, namespaceOf, PrivateHost, startWeb } from '../../support/private-host.ts';
import { until } from '../../support/until.ts';

const HOST4 = '198.51.100.1';
const HOST6 = '2001:db8:5::1';
const OTHER4 = '198.51.100.2';

let host: PrivateHost;
let daemon: TestDaemon;
before(async () => {
  host = await PrivateHost.create();
  daemon = await host.startDaemon();
  await startWeb(daemon, ['--name', 'web', '-p', '8080:80', '-p', '127.0.0.1:8081:80', '-p', '[::1]:8082:80']);
});
after(async () => {
  await daemon.close();
  await host.close();
});

const EVERYWHERE: readonly [from: 'host' | 'other', address: string][] = [
  ['host', '127.0.0.1'],
  ['host', '::1'],
  ['host', HOST4],
  ['host', HOST6],
  ['other', HOST4],
  ['other', HOST6],
];

async function assertReached(port: number): Promise<void> {
  for (const [from, address] of EVERYWHERE) {
    assert.equal(
      await fetchFrom(from === 'host' ? host.name : host.other, address, port),
      'hello',
      `${from} ${address}`,
    );
  }
}

test('a published port is reached by every address of the host, from the host and from others', async () => {
  await assertReached(8080);
});

test('who asks from outside is seen by the container as who it is', async () => {
  assert.match(await fetchFrom(host.other, HOST4, 8080, '/cgi-bin/who'), /198\.51\.100\.2\b/);
});

test('other containers, and the container itself, reach it by the address of the host', async () => {
  await daemon.skiff(['run', '-d', '--name', 'neighbour', 'busybox', 'sleep', 'infinity']);
  await daemon.skiff(['network', 'create', 'elsewhere']);
  await daemon.skiff(['run', '-d', '--name', 'stranger', '--network', 'elsewhere', 'busybox', 'sleep', 'infinity']);
  for (const name of ['neighbour', 'stranger', 'web']) {
    assert.equal(await fetchFrom(await namespaceOf(daemon, name), HOST4, 8080), 'hello', name);
  }
});

test('a port on 127.0.0.1 is not reached from another host, even with a route that leads there', async (t) => {
  t.after(() => host.onOther(['ip', 'route', 'delete', '127.0.0.1', 'table', '100']));
  assert.equal(await fetchFrom(host.name, '127.0.0.1', 8081), 'hello');
  assert.equal(await fetchFrom(host.name, HOST4, 8081), '');
  await host.onOther(['sysctl', '-qw', 'net.ipv4.conf.all.route_localnet=1']);
  await host.onOther(['ip', 'route', 'add', '127.0.0.1', 'via', HOST4, 'table', '100']);
  for (const rule of [
    ['rule', 'add', 'pref', '1', 'ipproto', 'tcp', 'dport', '8081', 'table', '100'],
    ['rule', 'add', 'pref', '10', 'table', 'local'],
    ['rule', 'delete', 'pref', '0'],
  ]) {
    await host.onOther(['ip', ...rule]);
  }
  const sent = await host.onOther(['ip', 'route', 'get', '127.0.0.1', 'ipproto', 'tcp', 'dport', '8081']);
  assert.match(sent, /via 198\.51\.100\.1/, 'the packets do leave the other host');
  for (const localNet of ['0', '1']) {
    // Also on a host that routes such packets, for whatever reason.
    await host.run(['sysctl', '-qw', `net.ipv4.conf.out0.route_localnet=${localNet}`]);
    assert.equal(await fetchFrom(host.other, '127.0.0.1', 8081), '');
  }
});

test('a port on ::1 is reached there and nowhere else', async () => {
  assert.equal(await fetchFrom(host.name, '::1', 8082), 'hello');
  assert.equal(await fetchFrom(host.name, HOST6, 8082), '');
  assert.equal(await fetchFrom(host.other, HOST6, 8082), '');
});

test('nobody outside reaches a container by its own address, with or without its port', async () => {
  const { stdout } = await daemon.trySkiff(['inspect', '-f', '{{.NetworkSettings.IPAddress}}', 'web']);
  await host.onOther(['ip', 'route', 'add', stdout.trim(), 'via', HOST4]);
  for (const port of [80, 8080]) assert.equal(await fetchFrom(host.other, stdout.trim(), port), '');
});

test('ports lead on while no daemon runs, and after it has come back', async () => {
  await daemon.kill();
  await assertReached(8080);
  await daemon.start();
  await assertReached(8080);
});

test('a table that was flushed is made again at the next start', async () => {
  await host.run(['nft', 'flush', 'ruleset']);
  assert.equal(await fetchFrom(host.other, HOST4, 8080), '');
  await daemon.kill();
  await daemon.start();
  await assertReached(8080);
});

test('a stopped container leaves no way in, and a started one is reached again', async () => {
  await daemon.skiff(['stop', '-t', '0', 'web']);
  const tables = await host.run(['nft', 'list', 'ruleset']);
  assert.doesNotMatch(tables, /comment "web"/);
  for (const [from, address] of EVERYWHERE) {
    assert.equal(await fetchFrom(from === 'host' ? host.name : host.other, address, 8080), '');
  }
  await daemon.skiff(['start', 'web']);
  await until('it serves again', async () => (await fetchFrom(host.other, HOST4, 8080)) === 'hello');
});

const datagrams = fileURLToPath(new URL('../../fixtures/networks/datagrams.ts', import.meta.url));
const askByUdp = async (namespace: string, address: string, tries = '10') =>
  (
    await runCommand('nsenter', [
      `--net=/run/netns/${namespace}`,
      process.execPath,
      datagrams,
      'ask',
      address,
      '5300',
      tries,
    ])
  ).stdout;

/** In the namespace of a container, as a program in it would. */
async function serveUdp(t: TestContext, container: string): Promise<void> {
  const namespace = await namespaceOf(daemon, container);
  const server = spawn('nsenter', [`--net=${namespace}`, process.execPath, datagrams, 'serve', '53']);
  t.after(() => server.kill());
  await once(server.stdout, 'data');
}

test('datagrams come through by every address as well, with who sent them', async (t) => {
  await daemon.skiff(['run', '-d', '--name', 'names', '-p', '5300:53/udp', 'busybox', 'sleep', 'infinity']);
  t.after(() => daemon.skiff(['rm', '-f', 'names']));
  await serveUdp(t, 'names');
  const answers = await Promise.all(
    EVERYWHERE.map(([from, address]) => askByUdp(from === 'host' ? host.name : host.other, address)),
  );
  assert.ok(
    answers.every((answer) => answer !== ''),
    String(answers),
  );
  assert.equal(answers[4], OTHER4);
});

test('a client that sends all the time reaches the container that starts then', async (t) => {
  const asked = askByUdp(host.other, HOST4, '100');
  t.after(() => daemon.skiff(['rm', '-f', 'names']));
  await daemon.skiff(['run', '-d', '--name', 'names', '-p', '5300:53/udp', 'busybox', 'sleep', 'infinity']);
  await serveUdp(t, 'names');
  assert.equal(await asked, OTHER4);
});

test('ports follow a container into another network while it runs', async (t) => {
  await daemon.skiff(['network', 'create', 'next']);
  await startWeb(daemon, ['--name', 'moving', '-p', '8095:80']);
  t.after(async () => {
    await daemon.skiff(['rm', '-f', 'moving']);
    await daemon.skiff(['network', 'rm', 'next']);
  });
  await daemon.skiff(['network', 'connect', 'next', 'moving']);
  await assertReached(8095);
  await daemon.skiff(['network', 'disconnect', 'bridge', 'moving']);
  await assertReached(8095);
  await daemon.skiff(['network', 'disconnect', 'next', 'moving']);
  assert.equal(await fetchFrom(host.other, HOST4, 8095), '');
  assert.doesNotMatch(await host.run(['nft', 'list', 'ruleset']), /moving/);
});

test('a container that gets a network only while it runs is reached by its ports from then on', async (t) => {
  await daemon.skiff(['network', 'create', '--internal', 'inner']);
  await startWeb(daemon, ['--name', 'later', '--network', 'inner', '-p', '8096:80']);
  t.after(async () => {
    await daemon.skiff(['rm', '-f', 'later']);
    await daemon.skiff(['network', 'rm', 'inner']);
  });
  assert.equal(await fetchFrom(host.other, HOST4, 8096), '');
  assert.equal((await daemon.skiff(['port', 'later'])).trim(), '');
  await daemon.skiff(['network', 'connect', 'bridge', 'later']);
  await assertReached(8096);
  assert.match(await daemon.skiff(['port', 'later']), /80\/tcp -> 0\.0\.0\.0:8096/);
});

test('in a network with IPv6 clients of that family are seen as who they are', async () => {
  await daemon.skiff(['network', 'create', '--ipv6', 'both']);
  await startWeb(daemon, ['--name', 'dual', '--network', 'both', '-p', '8090:80']);
  await assertReached(8090);
  assert.match(await fetchFrom(host.other, HOST6, 8090, '/cgi-bin/who'), /2001:db8:5::2/);
  assert.match(await fetchFrom(host.other, HOST4, 8090, '/cgi-bin/who'), new RegExp(`${OTHER4}\\b`));
});
