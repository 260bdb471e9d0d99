import assert from 'node:assert/strict';
import { after, afterEach, before, test } from 'node:test';
import { runCommand } from '../../support/command.ts';
import type { TestDaemon } from '../../support/daemon.ts';
import { fetchFrom, namespaceOf, PrivateHost, startWeb } from '../../support/private-host.ts';

const HOST4 = '198.51.100.1';
const HOST6 = '2001:db8:5::1';
const OTHER4 = '198.51.100.2';

const installed = async (program: string) => (await runCommand('which', [program])).status === 0;
const needs = async (program: string) => ((await installed(program)) ? {} : { skip: `${program} is not installed` });

let host: PrivateHost;
let daemon: TestDaemon;
before(async () => {
  host = await PrivateHost.create();
  daemon = await host.startDaemon();
  await startWeb(daemon, ['--name', 'web', '-p', '8080:80']);
});
/** Every test has a firewall of its own, from before the daemon's start to its end. */
afterEach(async () => {
  for (const family of ['inet', 'ip']) {
    await runCommand('ip', ['netns', 'exec', host.name, 'nft', 'delete', 'table', family, 'fw']);
  }
});
after(async () => {
  await daemon.close();
  await host.close();
});

async function restart(): Promise<void> {
  await daemon.kill();
  await daemon.start();
}

const fromOther = (address = HOST4): Promise<string> => fetchFrom(host.other, address, 8080);
/** As a client does that tries again: the kernel's own second try comes a second later. */
const fromPatientOther = async (address = HOST4): Promise<string> => (await fromOther(address)) || fromOther(address);
const fromHost = (): Promise<string> => fetchFrom(host.name, '127.0.0.1', 8080);

test('a chain that drops forwarded packets goes for published ports, and so does what it lets through', async () => {
  const rules = `table inet fw { chain f { type filter hook forward priority 0; policy drop; }; }\n`;
  await host.rules(rules);
  await restart();
  assert.equal(await fromOther(), '');
  assert.equal(await fromHost(), 'hello', 'nothing is forwarded for the host itself');
  assert.match(daemon.log(), /the chain inet fw f drops forwarded packets/);
  await host.rules(
    'add rule inet fw f ct state established,related accept\nadd rule inet fw f ct status dnat accept\n',
  );
  assert.equal(await fromOther(), 'hello');
  assert.match(
    await host.run(['nft', 'list', 'table', 'inet', 'fw']),
    /policy drop;\n\t\tct state established,related accept\n\t\tct status dnat accept\n\t}/,
  );
});

test('a chain that drops what comes in goes for published ports, and a rule for the port opens it', async () => {
  await host.rules(
    'table inet fw { chain i { type filter hook input priority 0; policy drop; iif lo accept; ct state established,related accept; meta l4proto ipv6-icmp accept; }; }\n',
  );
  await restart();
  for (const address of [HOST4, HOST6]) assert.equal(await fromPatientOther(address), '', address);
  assert.equal(await fromHost(), 'hello');
  await host.rules('add rule inet fw i tcp dport 8080 accept\n');
  for (const address of [HOST4, HOST6]) assert.equal(await fromPatientOther(address), 'hello', address);
  assert.match(await fetchFrom(host.other, HOST4, 8080, '/cgi-bin/who'), /198\.51\.100\.2\b/);
  await startWeb(daemon, ['--name', 'late', '-p', '8081:80']);
  assert.equal(await fetchFrom(host.other, HOST4, 8081), '');
  await daemon.skiff(['rm', '-f', 'late']);
});

test('single rules of another table stay and go for published ports', async () => {
  await host.rules(`table ip fw { chain f { type filter hook forward priority 0; ip saddr ${OTHER4} drop; }; }\n`);
  await restart();
  assert.equal(await fromOther(), '');
  assert.match(await host.run(['nft', 'list', 'table', 'ip', 'fw']), new RegExp(`ip saddr ${OTHER4} drop`));
});

for (const program of ['iptables-nft', 'iptables-legacy']) {
  test(`${program}: a policy that drops stays and goes for published ports`, await needs(program), async (t) => {
    t.after(() => host.run([program, '-P', 'FORWARD', 'ACCEPT']));
    await host.run([program, '-P', 'FORWARD', 'DROP']);
    await restart();
    assert.equal(await fromOther(), '');
    assert.equal(await fromHost(), 'hello');
    assert.match(await host.run([program, '-S', 'FORWARD']), /^-P FORWARD DROP$/m);
    await host.run([program, '-A', 'FORWARD', '-m', 'conntrack', '--ctstate', 'ESTABLISHED,DNAT', '-j', 'ACCEPT']);
    assert.equal(await fromOther(), 'hello');
    await host.run([program, '-F', 'FORWARD']);
  });
}

test(
  'beside a dockerd that drops, ports are reached and containers get out, but not into its networks',
  await needs('iptables'),
  async (t) => {
    t.after(async () => {
      await host.run(['iptables', '-P', 'FORWARD', 'ACCEPT']);
      await host.run(['iptables', '-F']);
      await host.run(['iptables', '-X']);
      await host.run(['ip', 'link', 'delete', 'docker0']);
    });
    // A network of dockerd's with a container, as far as packets are concerned.
    await host.run(['ip', 'link', 'add', 'docker0', 'type', 'bridge']);
    await host.run(['ip', 'address', 'add', '10.99.0.1/24', 'dev', 'docker0']);
    await host.run(['ip', 'link', 'add', 'vd0', 'master', 'docker0', 'up', 'type', 'veth', 'peer', 'name', 'vd1']);
    await host.run(['ip', 'link', 'set', 'docker0', 'up']);
    await host.run(['iptables', '-P', 'FORWARD', 'DROP']);
    await host.run(['iptables', '-N', 'DOCKER-USER']);
    await host.run(['iptables', '-A', 'DOCKER-USER', '-j', 'RETURN']);
    await host.run(['iptables', '-A', 'FORWARD', '-j', 'DOCKER-USER']);
    await restart();
    assert.equal(await fromOther(), 'hello');
    const web = await namespaceOf(daemon, 'web');
    const pings = async (address: string) =>
      (await runCommand('nsenter', [`--net=${web}`, 'busybox', 'ping', '-c1', '-W1', address])).stdout;
    assert.match(await pings(OTHER4), / 0% packet loss/);
    const marked = async () =>
      Number(
        /^\s*(\d+)\s+\d+\s+ACCEPT/m.exec(await host.run(['iptables', '-L', 'DOCKER-USER', '-v', '-x', '-n']))?.[1],
      );
    const before = await marked();
    await pings('10.99.0.7');
    assert.equal(await marked(), before, 'nothing of ours is let into a network of dockerd');
    const own = async () => (await host.run(['iptables', '-S', 'DOCKER-USER'])).match(/skiff_\w+ lets/g)?.length ?? 0;
    await daemon.stop();
    assert.equal(await own(), 1, 'containers run on');
    await daemon.start();
    await daemon.skiff(['rm', '-f', 'web']);
    await daemon.stop();
    assert.equal(await own(), 0);
    await daemon.start();
    assert.equal(await own(), 1);
  },
);
