import assert from 'node:assert/strict';
import { after, before, describe, test } from 'node:test';
import { LinuxNamespaceSockets } from '../../../src/sys/sockets/linux-namespace-sockets.ts';
import { startDaemon, type TestDaemon } from '../../support/daemon.ts';
import { NameServer } from '../../support/name-server.ts';

describe('Names of containers', () => {
  let daemon: TestDaemon;
  const addresses = new Map<string, string>();

  before(async () => {
    daemon = await startDaemon();
    for (const args of [['names'], ['--internal', 'inside'], ['second']]) {
      await daemon.docker(['network', 'create', ...args]);
    }
    await run('web', '--network', 'names', '--network-alias', 'service', '--hostname', 'frontend');
    await run('db', '--network', 'names', '--network-alias', 'service', '--link', 'web:shop');
    await run('apart', '--network', 'inside');
  });

  after(() => daemon.close());

  async function run(name: string, ...args: string[]): Promise<void> {
    await daemon.docker(['run', '-d', '--name', name, ...args, 'busybox', 'sleep', '600']);
    const networks = '{{range .NetworkSettings.Networks}}{{.IPAddress}}{{end}}';
    addresses.set(name, (await daemon.docker(['inspect', '-f', networks, name])).trim());
  }

  /** What the container's own nslookup finds, addresses or names, sorted; empty when it says that there is none. */
  async function lookUp(container: string, name: string, ...args: string[]): Promise<string[]> {
    const { stdout } = await daemon.tryDocker(['exec', container, 'nslookup', ...args, name]);
    const [, answer = ''] = stdout.split(/Address:\s+127\.0\.0\.11:53\n/);
    return [...answer.matchAll(/^(?:Address: |.*name = )(.*)$/gm)].map(([, found = '']) => found).sort();
  }

  test('are found by name, ID, host name and alias, in any case, with and without the name of the network', async () => {
    const id = (await daemon.docker(['inspect', '-f', '{{.Id}}', 'web'])).trim();
    for (const name of ['web', 'WEB', id.slice(0, 12), 'frontend', 'web.names']) {
      assert.deepEqual(await lookUp('db', name), [addresses.get('web')], name);
    }
    for (const name of ['web.inside', 'apart', id]) assert.deepEqual(await lookUp('db', name), [], name);
  });

  test('an alias of several containers has all their addresses', async () => {
    const expected = ['db', 'web'].map((name) => addresses.get(name) ?? '').sort();
    assert.deepEqual(await lookUp('web', 'service'), expected);
  });

  test('a link is a name for one container alone', async () => {
    assert.deepEqual(await lookUp('db', 'shop'), [addresses.get('web')]);
    assert.deepEqual(await lookUp('web', 'shop'), []);
  });

  test('an address has the name of its container', async () => {
    assert.deepEqual(await lookUp('web', addresses.get('db') ?? ''), ['db.names']);
  });

  test('follow a rename, a stop and a new network of a running container', async () => {
    await daemon.docker(['rename', 'db', 'store']);
    assert.deepEqual(await lookUp('web', 'store'), [addresses.get('db')]);
    assert.deepEqual(await lookUp('web', 'db'), []);
    await run('late', '--network', 'second');
    assert.deepEqual(await lookUp('web', 'late'), []);
    await daemon.docker(['network', 'connect', 'second', 'web']);
    assert.deepEqual(await lookUp('web', 'late'), [addresses.get('late')]);
    await daemon.docker(['rm', '-f', 'late']);
    assert.deepEqual(await lookUp('web', 'late'), []);
    await daemon.docker(['rename', 'store', 'db']);
  });

  test('a container of the default network gets a name server when it joins another one', async () => {
    await run('guest');
    assert.doesNotMatch(await daemon.docker(['exec', 'guest', 'cat', '/etc/resolv.conf']), /127\.0\.0\.11/);
    await daemon.docker(['network', 'connect', '--alias', 'visitor', 'names', 'guest']);
    assert.match(await daemon.docker(['exec', 'guest', 'cat', '/etc/resolv.conf']), /^nameserver 127\.0\.0\.11$/m);
    assert.deepEqual(await lookUp('guest', 'web'), [addresses.get('web')]);
    assert.equal((await lookUp('web', 'visitor')).length, 1);
  });

  test('a resolv.conf that a container has written itself stays', async () => {
    await run('own');
    await daemon.docker(['exec', 'own', 'sh', '-c', 'echo nameserver 192.0.2.1 > /etc/resolv.conf']);
    await daemon.docker(['network', 'connect', 'names', 'own']);
    assert.equal(await daemon.docker(['exec', 'own', 'cat', '/etc/resolv.conf']), 'nameserver 192.0.2.1\n');
  });

  test('an internal network answers its own names, and asks nobody about others', async () => {
    assert.deepEqual(await lookUp('apart', 'apart'), [addresses.get('apart')]);
    const { stdout, stderr } = await daemon.tryDocker(['exec', 'apart', 'nslookup', 'example.org']);
    assert.match(`${stdout}${stderr}`, /SERVFAIL/);
  });

  test('a server named by --dns is asked from within the network, where it may be a container itself', async () => {
    await run('dns', '--network', 'names');
    const key = (await daemon.docker(['inspect', '-f', '{{.NetworkSettings.SandboxKey}}', 'dns'])).trim();
    const server = new NameServer();
    await server.openOn(new LinuxNamespaceSockets().bind(key, 'udp', { address: '0.0.0.0', port: 53 }).fd);
    await run('asking', '--network', 'names', '--dns', addresses.get('dns') ?? '');
    assert.deepEqual(await lookUp('asking', 'example.org', '-type=a'), ['192.0.2.1']);
    assert.deepEqual(await lookUp('asking', 'web'), [addresses.get('web')]);
    assert.deepEqual(server.asked, ['udp example.org']);
    server.close();
  });

  test('a server that the host cannot send to fails the lookup, and nothing else', async () => {
    // Nobody may send there, as to any place without a route on a host without a network.
    await run('unreachable', '--network', 'names', '--dns', '255.255.255.255');
    const { stdout, stderr } = await daemon.tryDocker(['exec', 'unreachable', 'nslookup', 'example.org']);
    assert.match(`${stdout}${stderr}`, /SERVFAIL/);
    assert.deepEqual(await lookUp('unreachable', 'web'), [addresses.get('web')]);
  });

  test('stop being answered while the daemon is away, and come back with it', async () => {
    await daemon.kill();
    await daemon.start();
    assert.deepEqual(await lookUp('db', 'web'), [addresses.get('web')]);
    assert.deepEqual(await lookUp('web', 'db'), [addresses.get('db')]);
  });
});
