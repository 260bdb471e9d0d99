import assert from 'node:assert/strict';
import { mkdtempSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { type TestContext, test } from 'node:test';
import { type ContainerId, randomId } from '../../lib/ids.ts';
import { StateDatabase } from '../../state/database.ts';
import { PublishedPortsState } from '../../state/published-ports.ts';
import { RecordingNfTables } from '../../sys/nf-tables/recording-nf-tables.ts';
import { RecordingPortSockets } from '../../sys/sockets/recording-port-sockets.ts';
import type { PortRequest } from './port-request.ts';
import { PublishedPorts } from './published-ports.ts';

const EADDRINUSE = 98;
const EPROTONOSUPPORT = 93;
const EAFNOSUPPORT = 97;
const BOTH = { ipv4: true, ipv6: true };
const target = { networkId: 'n', ipv4Address: '172.17.0.2', ipv6Address: '' };

function setUp(t: TestContext, screens = false) {
  const range = { first: 32768, last: 32770 };
  const root = mkdtempSync(join(tmpdir(), 'skiff-ports-'));
  const database = StateDatabase.open(join(root, 'state.db'));
  const sockets = new RecordingPortSockets();
  const tables = new RecordingNfTables();
  const make = () =>
    new PublishedPorts({
      state: new PublishedPortsState(database),
      sockets,
      tables,
      exclusively: (work) => work(),
      screens: () => screens,
      table: 'test',
      translator: { translated: (address) => `fd64::${address}`, ensure: () => Promise.resolve() },
      localPortRange: () => range,
    });
  const ports = make();
  const reserved: ContainerId[] = [];
  t.after(() => {
    for (const id of reserved) ports.closeSockets(id);
    database.close();
    rmSync(root, { recursive: true });
  });
  const reserve = (requests: readonly PortRequest[], options: { defaultAddress?: string } = {}): ContainerId => {
    const id = randomId<ContainerId>();
    reserved.push(id);
    ports.reserve({ id, name: 'web' }, requests, {
      endpointId: 'e1',
      defaultAddress: options.defaultAddress ?? '',
      families: BOTH,
    });
    return id;
  };
  return { ports, sockets, tables, reserve, restarted: make };
}

function wanted(containerPort: number, first = 0, more: Partial<PortRequest> = {}): PortRequest {
  return { protocol: 'tcp', containerPort, hostAddress: '', firstHostPort: first, lastHostPort: first, ...more };
}

test('a port is taken in both families, and leads to the container by an element of a map each', async (t) => {
  const { ports, sockets, tables, reserve } = setUp(t);
  const id = reserve([wanted(80, 8080)]);
  assert.deepEqual(sockets.taken, ['0.0.0.0 8080/tcp', ':: 8080/tcp']);
  assert.equal(ports.sockets(id).length, 2);
  await ports.publish(id, target);
  assert.deepEqual(
    [...tables.elements.keys()].map((name) => name.split(' ')[1]),
    ['published4', 'loopback4', 'published6', 'loopback6'],
  );
  await ports.withdraw(id);
  assert.equal(tables.elements.size, 0);
  assert.deepEqual(ports.of(id), []);
});

test('flows of datagrams are forgotten when a port begins to lead to a container and when it ends, each port once', async (t) => {
  const { ports, tables, reserve } = setUp(t);
  const id = reserve([wanted(53, 5300, { protocol: 'udp' }), wanted(80, 8080)]);
  await ports.publish(id, target);
  assert.deepEqual(tables.forgotten, [5300]);
  await ports.withdraw(id);
  assert.deepEqual(tables.forgotten, [5300, 5300]);
});

test('a port on an address is taken there alone, and so is any where the daemon names an address', (t) => {
  const { sockets, reserve } = setUp(t);
  reserve([wanted(80, 8080, { hostAddress: '127.0.0.1' }), wanted(81, 8081, { hostAddress: '::1' })]);
  reserve([wanted(80, 8082)], { defaultAddress: '10.0.0.1' });
  assert.deepEqual(sockets.taken, ['127.0.0.1 8080/tcp', '::1 8081/tcp', '10.0.0.1 8082/tcp']);
});

test("a port that another container has is refused with Docker's text", (t) => {
  const { reserve } = setUp(t);
  reserve([wanted(80, 8080)]);
  assert.throws(() => reserve([wanted(81, 8080)]), {
    kind: 'internal',
    message:
      'driver failed programming external connectivity on endpoint web (e1): Bind for 0.0.0.0:8080 failed: port is already allocated',
  });
});

test('when one port of several cannot be had, none is kept', (t) => {
  const { sockets, reserve, ports } = setUp(t);
  sockets.failures.set('0.0.0.0 8081/tcp', EADDRINUSE);
  assert.throws(() => reserve([wanted(80, 8080), wanted(81, 8081)]), {
    message: /listen tcp4 0\.0\.0\.0:8081: bind: address already in use$/,
  });
  assert.deepEqual(ports.elements(), []);
  assert.doesNotThrow(() => reserve([wanted(80, 8080)]));
});

test('of a range the first free port is taken, and none when all are busy', (t) => {
  const { sockets, reserve, ports } = setUp(t);
  sockets.failures.set('0.0.0.0 9000/tcp', EADDRINUSE);
  const id = reserve([wanted(80, 9000, { lastHostPort: 9001 })]);
  assert.deepEqual([...new Set(ports.of(id).map(({ hostPort }) => hostPort))], [9001]);
  assert.throws(() => reserve([wanted(80, 9000, { lastHostPort: 9001 })]), { message: /: all ports are allocated$/ });
});

test('any port is the next one of the range, not the one that has just become free', async (t) => {
  const { reserve, ports } = setUp(t);
  const numbers: (number | undefined)[] = [];
  for (let n = 0; n < 4; n++) {
    const id = reserve([wanted(80)]);
    numbers.push(ports.of(id)[0]?.hostPort);
    await ports.withdraw(id);
  }
  assert.deepEqual(numbers, [32768, 32769, 32770, 32768]);
});

test('a protocol that the kernel does not have is refused in words', (t) => {
  const { sockets, reserve } = setUp(t);
  sockets.failures.set('0.0.0.0 8080/sctp', EPROTONOSUPPORT);
  assert.throws(() => reserve([wanted(80, 8080, { protocol: 'sctp' })]), {
    message: /Error starting userland proxy: protocol not supported: this kernel has no SCTP$/,
  });
});

test('on a host without IPv6 a port is published by IPv4 alone', (t) => {
  const { sockets, reserve, ports } = setUp(t);
  sockets.failures.set(':: 8080/tcp', EAFNOSUPPORT);
  assert.deepEqual(
    ports.of(reserve([wanted(80, 8080)])).map(({ hostAddress }) => hostAddress),
    ['0.0.0.0'],
  );
});

test('an element that somebody changed or removed by hand is put right', async (t) => {
  const { ports, tables, reserve } = setUp(t);
  const id = reserve([wanted(80, 8080)]);
  await ports.publish(id, target);
  const [first = ''] = tables.elements.keys();
  const expected = new Map(tables.elements);
  tables.elements.delete(first);
  await ports.publish(id, target);
  assert.deepEqual(tables.elements, expected);
  tables.elements.set(first, 'elsewhere');
  await ports.withdraw(id);
  assert.equal(tables.elements.size, 0);
});

test('what a daemon wrote down leads on after its restart, for containers that run', async (t) => {
  const { ports, reserve, restarted } = setUp(t);
  const id = reserve([wanted(80, 8080)]);
  const gone = reserve([wanted(80, 8081)]);
  await ports.publish(id, target);
  await ports.publish(gone, target);
  const next = restarted();
  next.keepOnly(new Set([id]));
  assert.deepEqual(
    next.elements().map(({ map, hostPort, address }) => [map, hostPort, address]),
    [
      ['published4', 8080, '172.17.0.2'],
      ['published6', 8080, 'fd64::172.17.0.2'],
    ],
  );
});
