import assert from 'node:assert/strict';
import { spawn } from 'node:child_process';
import { after, before, test } from 'node:test';
import { runCommand } from '../../support/command.ts';
import type { TestDaemon } from '../../support/daemon.ts';
import { fetchFrom, namespaceOf, PrivateHost, startWeb } from '../../support/private-host.ts';
import { until } from '../../support/until.ts';

const OTHER4 = '198.51.100.2';

let host: PrivateHost;
let daemon: TestDaemon;
before(async () => {
  host = await PrivateHost.create();
  daemon = await host.startDaemon();
  // Answers go back only to who has a route, or hides behind the host.
  await host.run(['ip', 'route', 'add', 'default', 'via', OTHER4]);
  for (const [name, options] of [
    ['one', []],
    ['two', []],
    ['inside', ['--internal']],
    ['apart', ['-o', 'com.docker.network.bridge.enable_icc=false']],
  ] as const) {
    await daemon.skiff(['network', 'create', ...options, name]);
  }
  const places = {
    one1: 'one',
    one2: 'one',
    two1: 'two',
    in1: 'inside',
    in2: 'inside',
    apart1: 'apart',
    apart2: 'apart',
  };
  for (const [name, network] of Object.entries(places)) await startWeb(daemon, ['--name', name, '--network', network]);
  await startWeb(daemon, ['--name', 'published', '-p', '8080:80']);
});
after(async () => {
  await daemon.close();
  await host.close();
});

async function addressOf(name: string): Promise<string> {
  const format = '{{range .NetworkSettings.Networks}}{{.IPAddress}}{{end}}';
  return (await daemon.skiff(['inspect', '-f', format, name])).trim();
}

async function reaches(from: string, to: string): Promise<boolean> {
  return (await fetchFrom(await namespaceOf(daemon, from), await addressOf(to), 80)) === 'hello';
}

async function pings(from: string, address: string): Promise<boolean> {
  const namespace = await namespaceOf(daemon, from);
  const { stdout } = await runCommand('nsenter', [`--net=${namespace}`, 'busybox', 'ping', '-c1', '-W1', address]);
  return stdout.includes(' 0% packet loss');
}

test('containers of a network reach each other, and none of another network', async () => {
  assert.equal(await reaches('one1', 'one2'), true);
  const strangers = [
    ['one1', 'two1'],
    ['two1', 'one1'],
    ['published', 'one1'],
    ['one1', 'published'],
    ['in1', 'one1'],
    ['one1', 'in1'],
  ] as const;
  const reached = await Promise.all(strangers.map(([from, to]) => reaches(from, to)));
  assert.deepEqual(
    strangers.filter((_, index) => reached[index]),
    [],
  );
});

test('containers of a usual network get out, those of an internal one reach each other only', async () => {
  assert.equal(await pings('one1', OTHER4), true);
  assert.equal(await reaches('in1', 'in2'), true);
  const namespace = await namespaceOf(daemon, 'in1');
  const gateway = (await addressOf('in1')).replace(/\d+$/, '1');
  // Also with a way out that somebody gave to it.
  await runCommand('nsenter', [`--net=${namespace}`, 'ip', 'route', 'add', 'default', 'via', gateway]);
  assert.equal(await pings('in1', OTHER4), false);
  assert.equal(await fetchFrom(namespace, '198.51.100.1', 8080), '');
});

test('without communication between them, containers of one network do not reach each other', async () => {
  assert.equal(await reaches('apart1', 'apart2'), false);
  assert.equal(await pings('apart1', OTHER4), true);
});

test('what listens on the loopback of the host is not reached from containers', async (t) => {
  const server = spawn('nsenter', [
    `--net=/run/netns/${host.name}`,
    'busybox',
    'httpd',
    '-f',
    '-p',
    '127.0.0.1:7777',
    '-h',
    '/proc/self',
  ]);
  t.after(() => server.kill());
  const ask = (from: string, address: string) => fetchFrom(from, address, 7777, '/loginuid');
  await until('it listens', async () => (await ask(host.name, '127.0.0.1')) !== '');
  const namespace = await namespaceOf(daemon, 'published');
  const gateway = (await addressOf('published')).replace(/\d+$/, '1');
  assert.equal(await ask(namespace, gateway), '');
  // A container's own loopback out of the way, a route for such packets in it.
  const enter = ['nsenter', `--net=${namespace}`] as const;
  for (const command of [
    ['sysctl', '-qw', 'net.ipv4.conf.all.route_localnet=1'],
    ['ip', 'rule', 'add', 'pref', '1', 'ipproto', 'tcp', 'dport', '7777', 'table', '100'],
    ['ip', 'route', 'add', '127.0.0.1', 'via', gateway, 'table', '100'],
    ['ip', 'rule', 'add', 'pref', '10', 'table', 'local'],
    ['ip', 'rule', 'delete', 'pref', '0'],
  ]) {
    const { status, stderr } = await runCommand(enter[0], [enter[1], ...command]);
    assert.equal(status, 0, stderr);
  }
  const sent = await runCommand(enter[0], [
    enter[1],
    'ip',
    'route',
    'get',
    '127.0.0.1',
    'ipproto',
    'tcp',
    'dport',
    '7777',
  ]);
  assert.match(sent.stdout, /via /, 'the packets do leave the container');
  assert.equal(await ask(namespace, '127.0.0.1'), '');
  // Not even without any rules, and with the rules also on a host that routes such packets.
  await host.run(['nft', 'flush', 'ruleset']);
  assert.equal(await ask(namespace, '127.0.0.1'), '');
  const bridge = `skiff_${daemon.tag}`;
  await host.run(['sysctl', '-qw', `net.ipv4.conf.${bridge}.route_localnet=1`]);
  assert.notEqual(await ask(namespace, '127.0.0.1'), '', 'they would get there');
  await daemon.kill();
  await daemon.start();
  assert.equal(await ask(namespace, '127.0.0.1'), '');
});

test('a container sends by its own addresses only', async () => {
  const namespace = await namespaceOf(daemon, 'one1');
  const target = await addressOf('one2');
  const foreign = target.replace(/\d+$/, '77');
  const inside = (...command: string[]) => runCommand('nsenter', [`--net=${namespace}`, ...command]);
  await inside('ip', 'address', 'add', `${foreign}/16`, 'dev', 'eth0');
  const own = await inside('busybox', 'ping', '-c1', '-W1', target);
  assert.match(own.stdout, / 0% packet loss/);
  const spoofed = await inside('busybox', 'ping', '-c1', '-W1', '-I', foreign, target);
  assert.match(spoofed.stdout, / 100% packet loss/);
  const neighbour = await runCommand('nsenter', [
    `--net=${await namespaceOf(daemon, 'one2')}`,
    'busybox',
    'arping',
    '-c1',
    '-w1',
    '-I',
    'eth0',
    foreign,
  ]);
  assert.match(neighbour.stdout, /Received 0 response/);
  await inside('ip', 'link', 'set', 'eth0', 'address', '02:42:00:00:00:99');
  assert.match((await inside('busybox', 'ping', '-c1', '-W1', target)).stdout, / 100% packet loss/);
});

test('a container that may set up its network sends by what it has set up', async () => {
  await daemon.skiff([
    'run',
    '-d',
    '--name',
    'router',
    '--network',
    'one',
    '--cap-add',
    'NET_ADMIN',
    'busybox',
    'sleep',
    'infinity',
  ]);
  const namespace = await namespaceOf(daemon, 'router');
  const target = await addressOf('one2');
  const more = target.replace(/\d+$/, '88');
  await runCommand('nsenter', [`--net=${namespace}`, 'ip', 'address', 'add', `${more}/16`, 'dev', 'eth0']);
  const { stdout } = await runCommand('nsenter', [
    `--net=${namespace}`,
    'busybox',
    'ping',
    '-c1',
    '-W1',
    '-I',
    more,
    target,
  ]);
  assert.match(stdout, / 0% packet loss/);
});
