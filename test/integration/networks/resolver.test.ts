import assert from 'node:assert/strict';
import { createSocket } from 'node:dgram';
import { mkdtemp, readFile, rm, writeFile } from 'node:fs/promises';
import { Server } from 'node:net';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { after, before, describe, test } from 'node:test';
import { type DecodedPacket, decode, encode, type RecordType } from 'dns-packet';
import type { ContainerId } from '../../../src/lib/ids.ts';
import type { NameDirectory, NamedAddresses } from '../../../src/networks/resolver/directory.ts';
import { redirectQueries } from '../../../src/networks/resolver/redirect.ts';
import { Resolver } from '../../../src/networks/resolver/resolver.ts';
import { Resolvers } from '../../../src/networks/resolver/resolvers.ts';
import { askUpstream, type Transport } from '../../../src/networks/resolver/upstream.ts';
import { endpointRecord, networkRecord } from '../../../src/state/testing/network-records.ts';
import { LinuxSyscalls } from '../../../src/sys/linux.ts';
import { runChild } from '../../../src/sys/processes/child.ts';
import { LinuxNamespaceSockets } from '../../../src/sys/sockets/linux-namespace-sockets.ts';
import { MNT_DETACH } from '../../../src/sys/syscalls.ts';
import { NameServer } from '../../support/name-server.ts';

const id = 'c'.repeat(64) as ContainerId;
const sockets = new LinuxNamespaceSockets();
const syscalls = new LinuxSyscalls();
const many = Array.from({ length: 100 }, (_, index) => `10.1.0.${index + 1}`);
const known: Readonly<Record<string, NamedAddresses>> = {
  web: { ipv4: ['10.0.0.2'], ipv6: ['fd00::2'] },
  db: { ipv4: ['10.0.0.3'], ipv6: [] },
  many: { ipv4: many, ipv6: [] },
};
const directory: NameDirectory = {
  addressesOf: (name) => known[name],
  nameOf: (address) => ({ '10.0.0.2': 'web.net', 'fd00::2': 'web.net' })[address],
};

const network = networkRecord('net');
const endpoint = endpointRecord(network, { containerId: id, ipv6Address: '', dnsNames: ['web'] });
const oneContainer = { endpointsOf: () => [endpoint], endpoints: () => [endpoint], network: () => network };

describe('The name server of a container', () => {
  let folder: string;
  let namespacePath: string;
  let resolver: Resolver;
  let upstreamsFail = false;
  const upstream = new NameServer();
  const refusing = new NameServer(5);

  before(async () => {
    folder = await mkdtemp(join(tmpdir(), 'skt-resolver-'));
    namespacePath = join(folder, 'netns');
    await writeFile(namespacePath, '');
    syscalls.createNetworkNamespace(namespacePath);
    await runChild('nsenter', [`--net=${namespacePath}`, 'ip', 'link', 'set', 'lo', 'up']);
    await upstream.open();
    await refusing.open();
    const at = (port: number) => ({ at: { address: '127.0.0.1', port }, namespacePath: undefined });
    // A broadcast address: the kernel refuses a connection there at once.
    const unreachable = { at: { address: '255.255.255.255', port: 53 }, namespacePath };
    const upstreams = () => {
      if (upstreamsFail) throw new Error('the list of servers cannot be read');
      return Promise.resolve([unreachable, at(refusing.port), at(upstream.port)]);
    };
    resolver = new Resolver(sockets, { namespacePath, directory, upstreams });
    await redirectQueries(namespacePath, await resolver.open({ udp: 0, tcp: 0 }));
  });

  after(async () => {
    resolver.close();
    upstream.close();
    refusing.close();
    await syscalls.unmount(namespacePath, MNT_DETACH);
    await rm(folder, { recursive: true });
  });

  async function raw(query: Buffer, transport: Transport = 'udp'): Promise<Buffer> {
    const at = { address: '127.0.0.11', port: 53 };
    return askUpstream(sockets, { at, namespacePath }, transport, query, AbortSignal.timeout(5000));
  }

  async function ask(name: string, type: RecordType, transport: Transport = 'udp'): Promise<DecodedPacket> {
    return decode(await raw(encode({ type: 'query', id: 4711, flags: 0x100, questions: [{ name, type }] }), transport));
  }

  function data(packet: DecodedPacket): unknown[] {
    return (packet.answers ?? []).map((answer) => ('data' in answer ? answer.data : undefined));
  }

  for (const transport of ['udp', 'tcp'] as const) {
    test(`Names of containers are answered by ${transport} on port 53, in the case they were asked in`, async () => {
      const answer = await ask('WeB', 'A', transport);
      assert.deepEqual(
        answer.answers?.map(({ name, type }) => [name, type]),
        [['WeB', 'A']],
      );
      assert.deepEqual(data(answer), ['10.0.0.2']);
      assert.deepEqual(data(await ask('web', 'AAAA', transport)), ['fd00::2']);
    });

    test(`What is no container's goes on by ${transport} to the first server that answers`, async () => {
      upstream.asked.length = 0;
      assert.deepEqual(data(await ask('example.org', 'A', transport)), ['192.0.2.1']);
      assert.deepEqual(upstream.asked, [`${transport} example.org`]);
    });
  }

  test('A known name without such a record has an empty answer, and no other server hears of it', async () => {
    upstream.asked.length = 0;
    for (const type of ['AAAA', 'MX', 'TXT'] as const) {
      const answer = await ask('db', type);
      assert.equal((answer as DecodedPacket & { rcode: string }).rcode, 'NOERROR');
      assert.deepEqual(answer.answers, []);
    }
    assert.deepEqual(upstream.asked, []);
  });

  test('Addresses have names, of both families', async () => {
    assert.deepEqual(data(await ask('2.0.0.10.in-addr.arpa', 'PTR')), ['web.net']);
    const nibbles = `2.${'0.'.repeat(27)}0.0.d.f.ip6.arpa`;
    assert.deepEqual(data(await ask(nibbles, 'PTR')), ['web.net']);
  });

  test('A long answer is cut off by UDP and whole by TCP, in another order each time', async () => {
    const short = await ask('many', 'A');
    assert.equal(short.flag_tc, true);
    assert.ok(data(short).length > 10 && data(short).length < 100);
    const first = data(await ask('many', 'A', 'tcp'));
    assert.deepEqual(new Set(first), new Set(many));
    assert.notDeepEqual(data(await ask('many', 'A', 'tcp')), first);
  });

  test('A process of the container listens on port 53 of all addresses beside it', async () => {
    const { fd } = sockets.bind(namespacePath, 'tcp', { address: '0.0.0.0', port: 53 });
    const own = new Server();
    await new Promise<void>((resolve) => own.listen({ fd }, resolve));
    assert.deepEqual(data(await ask('web', 'A', 'tcp')), ['10.0.0.2']);
    own.close();
  });

  test('Nonsense is answered as such or not at all, and questions go on being answered', async () => {
    const broken = Buffer.from('12340100000100000000000005abc', 'hex');
    assert.equal((await raw(broken)).readUInt16BE(2) & 0xf, 1);
    const update = encode({ type: 'query', id: 7, flags: 5 << 11, questions: [{ name: 'web', type: 'A' }] });
    assert.equal((await raw(update)).readUInt16BE(2) & 0xf, 4);
    for (const bytes of [Buffer.alloc(1), Buffer.alloc(11, 255), Buffer.alloc(600, 0xc0)]) {
      await assert.rejects(
        askUpstream(
          sockets,
          { at: { address: '127.0.0.11', port: 53 }, namespacePath },
          'udp',
          bytes.length < 2 ? Buffer.concat([bytes, bytes]) : bytes,
          AbortSignal.timeout(100),
        ),
      );
    }
    assert.deepEqual(data(await ask('web', 'A')), ['10.0.0.2']);
  });

  test('What is no answer to the question is passed over, whoever sends it', async () => {
    const server = createSocket('udp4');
    server.on('message', (message, { port, address }) => {
      const wrong = Buffer.from(message);
      wrong.writeUInt16BE(wrong.readUInt16BE(0) ^ 1);
      for (const answer of [Buffer.alloc(1), wrong, message]) server.send(answer, port, address);
    });
    await new Promise<void>((resolve) => server.bind(0, '127.0.0.1', resolve));
    const at = { address: '127.0.0.1', port: server.address().port };
    const query = encode({ type: 'query', id: 9, questions: [{ name: 'example.org', type: 'A' }] });
    const answer = await askUpstream(
      sockets,
      { at, namespacePath: undefined },
      'udp',
      query,
      AbortSignal.timeout(5000),
    );
    server.close();
    assert.deepEqual(answer, query);
  });

  test('A question that fails has no answer, and does nothing to others', async () => {
    upstreamsFail = true;
    const query = encode({ type: 'query', id: 8, questions: [{ name: 'example.org', type: 'A' }] });
    const at = { address: '127.0.0.11', port: 53 };
    for (const transport of ['udp', 'tcp'] as const) {
      await assert.rejects(askUpstream(sockets, { at, namespacePath }, transport, query, AbortSignal.timeout(100)));
    }
    upstreamsFail = false;
    assert.deepEqual(data(await ask('example.org', 'A')), ['192.0.2.1']);
  });

  test('After a restart of the daemon the same rules lead to the next one, also when a port is taken', async () => {
    resolver.close();
    const parts = { sockets, execRoot: folder, state: oneContainer, hostServers: () => Promise.resolve([]) };
    let resolvers = new Resolvers(parts);
    await resolvers.open(id, namespacePath, ['192.0.2.53']);
    const record = await readFile(join(folder, 'resolvers', id), 'utf8');
    resolvers.release();
    await assert.rejects(ask('web', 'A'), /ECONNREFUSED/);
    resolvers = new Resolvers(parts);
    await resolvers.reopen(id, namespacePath);
    assert.deepEqual(data(await ask('web', 'A')), ['10.0.0.2']);
    assert.equal(await readFile(join(folder, 'resolvers', id), 'utf8'), record);

    resolvers.release();
    const { ports } = JSON.parse(record) as { ports: { udp: number } };
    const { fd } = sockets.bind(namespacePath, 'udp', { address: '127.0.0.11', port: ports.udp });
    const squatter = createSocket('udp4');
    await new Promise<void>((resolve) => squatter.bind({ fd }, resolve));
    await resolvers.reopen(id, namespacePath);
    assert.deepEqual(data(await ask('web', 'A')), ['10.0.0.2']);
    assert.notEqual(await readFile(join(folder, 'resolvers', id), 'utf8'), record);
    squatter.close();
    await resolvers.close(id);
    await assert.rejects(readFile(join(folder, 'resolvers', id)), { code: 'ENOENT' });
  });
});
