import assert from 'node:assert/strict';
import { after, before, suite, test } from 'node:test';
import { clis } from '../../support/clis.ts';
import { runCommand } from '../../support/command.ts';
import { startDaemon, type TestDaemon } from '../../support/daemon.ts';

let daemon: TestDaemon;
before(async () => {
  daemon = await startDaemon(['--default-address-pool', 'base=10.214.0.0/16,size=24']);
});
after(() => daemon.close());

for (const cli of clis) {
  suite(`networks of one's own by ${cli.name}`, { skip: cli.skip }, () => {
    const call = (line: string) => cli.run(daemon, line.split(' '));

    async function must(line: string): Promise<string> {
      const { status, stdout, stderr } = await call(line);
      assert.equal(status, 0, `${line}: ${stderr}`);
      return stdout.trim();
    }

    async function refused(line: string): Promise<string> {
      const { status, stderr } = await call(line);
      assert.notEqual(status, 0, line);
      return stderr.replace(/^docker: /, '').split('\n')[0] ?? '';
    }

    const inside = (container: string, script: string) =>
      cli.run(daemon, ['exec', container, 'sh', '-c', script]).then(({ stdout }) => stdout);
    const routes = (container: string) => inside(container, 'ip route; ip -6 route');

    test('a container has the addresses that it asked for', async () => {
      await must('network create --ipv6 --subnet 10.215.1.0/24 --subnet fd00:215:1::/64 asked');
      await must(
        'run -d --name asker --network asked --ip 10.215.1.77 --ip6 fd00:215:1::77 --mac-address 02:00:00:00:00:77 --link-local-ip 169.254.77.77 busybox sleep 1000',
      );
      const shown = await inside('asker', 'ip -o address; ip link show eth0');
      for (const expected of ['10.215.1.77/24', 'fd00:215:1::77/64', '169.254.77.77/16', '02:00:00:00:00:77']) {
        assert.ok(shown.includes(expected), `${expected} in ${shown}`);
      }
      assert.match(await routes('asker'), /^default via 10\.215\.1\.1 dev eth0/m);
      assert.match(await routes('asker'), /^default via fd00:215:1::1 dev eth0/m);
      assert.match(
        await refused('run --rm --network asked --ip 10.215.1.77 busybox true'),
        /Error response from daemon: Address already in use/,
      );
      assert.equal(
        await refused('network rm asked'),
        `Error response from daemon: error while removing network: network asked id ${await must('network inspect -f {{.Id}} asked')} has active endpoints`,
      );
      await must('rm -f asker');
      assert.equal(await must('network rm asked'), 'asked');
    });

    test('with IPv6 a network has unique local addresses, and containers reach each other by them', async () => {
      await must('network create --ipv6 dual');
      const { stdout } = await cli.run(daemon, [
        'network',
        'inspect',
        '-f',
        '{{range .IPAM.Config}}{{.Subnet}} {{end}}',
        'dual',
      ]);
      assert.match(stdout.trim(), /^10\.214\.\d+\.0\/24 fd[0-9a-f:]+::\/64$/);
      await must('run -d --name one --network dual busybox sleep 1000');
      await must('run -d --name other --network dual busybox sleep 1000');
      const format = '{{.NetworkSettings.Networks.dual.GlobalIPv6Address}}';
      const address = (await cli.run(daemon, ['inspect', '-f', format, 'one'])).stdout.trim();
      assert.match(await inside('other', `ping -6 -c1 -W2 ${address}`), / 0% packet loss/);
      await must('rm -f one other');
      await must('network rm dual');
    });

    test('a running container comes into networks and leaves them; its way out is the one of highest priority', async () => {
      for (const name of ['low', 'high', 'late']) await must(`network create ${name}`);
      await must('network create --internal inner');
      await must(
        'run -d --name mover --hostname box --add-host box:203.0.113.9 --network low --network name=high,gw-priority=1 busybox sleep 1000',
      );
      const gatewayOf = async (network: string) =>
        (
          await cli.run(daemon, ['network', 'inspect', '-f', '{{(index .IPAM.Config 0).Gateway}}', network])
        ).stdout.trim();
      const leads = async (network: string) =>
        assert.match(await routes('mover'), new RegExp(`^default via ${await gatewayOf(network)} `, 'm'));
      await leads('high');
      await must('network disconnect high mover');
      await leads('low');
      await must('network connect --gw-priority 5 --alias there late mover');
      await leads('late');
      await must('network connect inner mover');
      await leads('late');
      assert.equal(
        await refused('network connect late mover'),
        'Error response from daemon: endpoint with name mover already exists in network late',
      );
      for (const name of ['late', 'low']) await must(`network disconnect ${name} mover`);
      assert.doesNotMatch(await routes('mover'), /default/);
      const hosts = await inside('mover', 'grep box /etc/hosts');
      assert.match(hosts, /^203\.0\.113\.9\tbox\n10\.214\.\d+\.2\tbox\n$/);
      await must('network disconnect -f inner mover');
      assert.equal(await inside('mover', 'ip -o link | wc -l'), '1\n');
      await must('rm -f mover');
      for (const name of ['low', 'high', 'late', 'inner']) await must(`network rm ${name}`);
    });

    test('a container that joins another one has its networks', async () => {
      await must('network create shared');
      await must('run -d --name donor --network shared busybox sleep 1000');
      const donor = await inside('donor', 'ip -o -4 address show eth0');
      assert.equal(await must('run --rm --network container:donor busybox ip -o -4 address show eth0'), donor.trim());
      assert.match(await refused('network connect bridge donor2'), /No such container: donor2/);
      await must('run -d --name joined --network container:donor busybox sleep 1000');
      assert.match(
        await refused('network connect bridge joined'),
        /container sharing network namespace with another container or host cannot be connected to any other network/,
      );
      await must('rm -f joined donor');
      await must('network rm shared');
    });

    test('a network comes and goes with its bridge, named and sized as asked', async () => {
      await must(
        'network create -o com.docker.network.bridge.name=skt-named0 -o com.docker.network.driver.mtu=1300 named',
      );
      assert.match(await onHost('ip link show skt-named0'), /mtu 1300/);
      assert.match(await must('run --rm --network named busybox ip link show eth0'), /mtu 1300/);
      await must('network rm named');
      assert.match(await onHost('ip link show skt-named0'), /does not exist/);
    });

    test('unused networks are pruned, and what is refused is said', async () => {
      await must('network create --label keep pruned1');
      await must('network create pruned2');
      const { stdout } = await call('network prune -f --filter label!=keep');
      assert.equal(stdout, 'Deleted Networks:\npruned2\n\n');
      const { status, stdout: removed, stderr } = await call('network rm nobody pruned1');
      assert.deepEqual(
        { status, removed, stderr },
        {
          status: 1,
          removed: 'pruned1\n',
          stderr: 'Error response from daemon: network nobody not found\nexit status 1\n',
        },
      );
    });
  });
}

async function onHost(command: string): Promise<string> {
  const { stdout, stderr } = await runCommand('sh', ['-c', command]);
  return stdout + stderr;
}
