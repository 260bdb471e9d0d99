import assert from 'node:assert/strict';
import { mkdtempSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { after, test } from 'node:test';
import { isEngineError } from '../../errors/engine-error.ts';
import { parseCidr } from '../../lib/ip.ts';
import type { NetworkRecord } from '../../state/networks.ts';
import { networkRecord } from '../../state/testing/network-records.ts';
import type { HostRoute } from '../../sys/netlink/host-routes.ts';
import { RecordingSyscalls } from '../../sys/recording.ts';
import { Subnets } from './subnets.ts';

const folder = mkdtempSync(join(tmpdir(), 'skiff-subnets-'));
after(() => rmSync(folder, { recursive: true }));

const route = (link: string, subnet: string, hasGateway = false): HostRoute => ({
  link,
  subnet: parseCidr(subnet).subnet,
  hasGateway,
});

function network(name: string, subnets: readonly string[], more: Partial<NetworkRecord> = {}): NetworkRecord {
  const unset = { gateway: '', showsGateway: true, ipRange: '', auxAddresses: {} };
  return networkRecord(name, { subnets: subnets.map((subnet) => ({ subnet, ...unset })), ...more });
}

function setUp(options: { routes?: HostRoute[]; networks?: NetworkRecord[]; nameservers?: string[] }) {
  const warnings: string[] = [];
  const subnets = new Subnets(new RecordingSyscalls(), {
    bip: undefined,
    pools: [
      { base: '10.9.0.0/16', size: 24 },
      { base: 'fd09::/48', size: 64 },
    ],
    lockPath: join(folder, 'lock'),
    hostRoutes: () => options.routes ?? [],
    keepClearOf: () => Promise.resolve(options.nameservers ?? []),
    networks: () => options.networks ?? [],
    warn: (message) => warnings.push(message),
  });
  const settled = async (wanted: NetworkRecord, inUse = false): Promise<string[]> => {
    let result: string[] = [];
    await subnets.settle(wanted, inUse, async (network) => {
      result = network.subnets.map(({ subnet, gateway }) => `${subnet} ${gateway}`.trim());
    });
    return result;
  };
  const refusesFor = (byHost: boolean, wanted: readonly string[]): boolean => {
    try {
      subnets.refuseTaken(network('new', wanted, { ownFamilies: [4] }), { byHost });
      return false;
    } catch (error) {
      assert.ok(isEngineError(error, 'forbidden'));
      assert.equal(error.message, 'Pool overlaps with other one on this address space');
      return true;
    }
  };
  const refuses = (...wanted: string[]): boolean => refusesFor(true, wanted);
  return { settled, refuses, refusesFor, warnings };
}

test('a network gets a subnet of each of its families, clear of routes, nameservers and other networks', async () => {
  const { settled } = setUp({
    routes: [route('eth0', '10.9.0.0/24'), route('eth0', 'fd09::/64'), route('tun0', '0.0.0.0/1', true)],
    nameservers: ['10.9.1.53', 'fd09:0:0:1::53'],
    networks: [network('other', ['10.9.2.0/24', 'fd09:0:0:2::/64'])],
  });
  assert.deepEqual(await settled(network('new', [], { enableIpv6: true })), [
    '10.9.3.0/24 10.9.3.1',
    'fd09:0:0:3::/64 fd09:0:0:3::1',
  ]);
  assert.deepEqual(await settled(network('new', [], { enableIpv4: false, enableIpv6: true })), [
    'fd09:0:0:3::/64 fd09:0:0:3::1',
  ]);
});

test('a subnet that was asked for stays, and the family that was not is chosen', async () => {
  const { settled } = setUp({ routes: [route('eth0', '10.50.0.0/16')] });
  const asked = network('new', ['fd50::/64'], { enableIpv6: true, ownFamilies: [6] });
  assert.deepEqual(await settled(asked), ['fd50::/64', '10.9.0.0/24 10.9.0.1']);
  assert.deepEqual(await settled(network('new', ['10.50.1.0/24'], { ownFamilies: [4] })), ['10.50.1.0/24']);
});

test('a chosen subnet moves when the host has come to use it, but not under running containers', async () => {
  const { settled, warnings } = setUp({ routes: [route('eth0', '10.9.0.0/24')] });
  const chosen = network('old', ['10.9.0.0/24']);
  assert.deepEqual(await settled(chosen, true), ['10.9.0.0/24']);
  assert.deepEqual(await settled(chosen), ['10.9.1.0/24 10.9.1.1']);
  assert.match(warnings.join(), /the host uses 10\.9\.0\.0\/24 elsewhere now: the network old gets another subnet/);
});

test("a network's own bridge is nobody else's use of its subnet", async () => {
  const own = network('old', ['10.9.0.0/24']);
  const { settled, warnings } = setUp({ routes: [route('br-old000000000', '10.9.0.0/24')], networks: [own] });
  assert.deepEqual(await settled(own), ['10.9.0.0/24']);
  assert.deepEqual(warnings, []);
});

test('a subnet that was asked for must be free: of other networks, and of neighbours of the host', () => {
  const { refuses, refusesFor } = setUp({
    networks: [network('other', ['10.30.0.0/16'])],
    routes: [route('eth0', '192.0.2.0/24'), route('tun0', '10.0.0.0/8', true), route('tun0', '10.77.0.0/16', true)],
  });
  assert.ok(refuses('10.30.4.0/24'));
  assert.ok(refuses('192.0.2.128/25'));
  assert.ok(refuses('10.77.0.0/16'));
  assert.ok(refuses('10.76.0.0/15'), 'it would take the route to 10.77.0.0/16');
  assert.ok(!refuses('10.31.0.0/24'), 'the rest of 10.0.0.0/8 is reached as before');
  assert.ok(!refusesFor(false, ['192.0.2.0/24']));
});

test('a network cannot have the same addresses twice', () => {
  const { refuses } = setUp({});
  assert.ok(!refuses('10.31.0.0/24'));
  assert.ok(refuses('10.31.0.0/24', '10.31.0.0/25'));
});
