import { createQuietly, removeQuietly, runQuietly, runToEndQuietly } from './container-steps.ts';
import { type ParityCase, paritySuite } from './parity-suite.ts';
import type { RecordingApi } from './recording-api.ts';

interface Settings {
  NetworkSettings: { Networks: Record<string, { DNSNames: string[] | null }> };
}

interface NetworkEvent {
  readonly Action: string;
  readonly Actor: { readonly ID: string; readonly Attributes: Record<string, string> };
}

function isOurs({ name, container }: Record<string, string>, id: string): boolean {
  return name?.startsWith('parity-') === true || container === id;
}

function isSame(one: NetworkEvent, other: NetworkEvent | undefined): boolean {
  return one.Action === other?.Action && one.Actor.ID === other.Actor.ID;
}

/** A network outside of the comparison; from now on its ID stands as `<name>`. */
async function makeQuietly(api: RecordingApi, name: string, body: object = {}): Promise<string> {
  const answer = await api.quietly('POST', '/networks/create', { body: { Name: name, ...body } });
  if (answer.status !== 201) throw new Error(`create ${name}: ${answer.status} ${answer.text()}`);
  const { Id } = answer.json<{ Id: string }>();
  api.learn(Id, name);
  return Id;
}

async function dropQuietly(api: RecordingApi, ...names: string[]): Promise<void> {
  for (const name of names) await api.quietly('DELETE', `/networks/${name}`);
}

async function places(api: RecordingApi, title: string, container: string): Promise<void> {
  const { NetworkSettings } = (await api.quietly('GET', `/containers/${container}/json`)).json<Settings>();
  api.note(title, NetworkSettings.Networks);
}

const subnet = (text: string, more: object = {}) => ({ IPAM: { Config: [{ Subnet: text, ...more }] } });

// Addresses of 198.18.0.0/15, which normalisation leaves as they are.
const cases: ParityCase[] = [
  {
    title: 'networks are made with what was asked for, and shown so',
    run: async (api) => {
      const bodies: Record<string, object> = {
        plain: {},
        'with everything': {
          ...subnet('198.18.1.0/24', {
            Gateway: '198.18.1.254',
            IPRange: '198.18.1.128/25',
            AuxiliaryAddresses: { router: '198.18.1.9' },
          }),
          EnableIPv6: false,
          Internal: true,
          Attachable: true,
          Labels: { a: 'b', c: '' },
          Options: { 'com.docker.network.driver.mtu': '1400', 'some.option': 'x' },
        },
        'without a gateway': subnet('198.18.2.0/24'),
        'of both families': {
          EnableIPv6: true,
          IPAM: { Driver: 'default', Options: {}, Config: [{ Subnet: 'fd00:77::/64' }, { Subnet: '198.18.3.0/24' }] },
        },
        'IPv6 alone asked for': { EnableIPv6: true, ...subnet('fd00:78::/64', { Gateway: 'fd00:78::99' }) },
      };
      for (const [title, body] of Object.entries(bodies)) {
        const answer = await api.step(title, 'POST', '/networks/create', { body: { Name: 'parity-made', ...body } });
        api.learn(answer.json<{ Id: string }>().Id, 'made');
        await api.step(`${title}: shown`, 'GET', '/networks/parity-made');
        const list = (await api.quietly('GET', '/networks')).json<{ Name: string }[]>();
        api.note(
          `${title}: listed`,
          list.find(({ Name }) => Name === 'parity-made'),
        );
        await api.step(`${title}: removed`, 'DELETE', '/networks/parity-made');
      }
      await api.step('gone', 'GET', '/networks/parity-made');
    },
  },
  {
    title: 'networks that cannot be had are refused',
    run: async (api) => {
      await makeQuietly(api, 'parity-taken', subnet('198.18.4.0/24'));
      const option = (name: string, value: string) => ({ Options: { [`com.docker.network.${name}`]: value } });
      const bodies: object[] = [
        { Name: 'parity-taken' },
        { Name: '  ' },
        ...[
          subnet('198.18.4.0/25'),
          subnet('nope'),
          subnet(''),
          subnet('198.18.5.7/24'),
          subnet('198.18.5.0/33'),
          subnet('198.18.5.0/24', { Gateway: '198.18.6.1' }),
          subnet('198.18.5.0/24', { Gateway: 'x' }),
          subnet('198.18.5.0/24', { IPRange: '198.18.6.0/25' }),
          subnet('198.18.5.0/24', { IPRange: '198.18.4.0/22' }),
          subnet('198.18.5.0/24', { IPRange: 'x' }),
          subnet('198.18.5.0/24', { AuxiliaryAddresses: { a: '198.18.6.1' } }),
          subnet('198.18.5.0/24', { Gateway: 'x', IPRange: 'y' }),
          { IPAM: { Config: [{ Gateway: '198.18.5.1' }] } },
          { IPAM: { Config: [{ Subnet: '198.18.5.0/24' }, { Subnet: '198.18.6.0/24' }] } },
          { IPAM: { Config: [{ Subnet: '198.18.5.0/24' }, { Subnet: '198.18.5.0/24' }] } },
          { IPAM: { Driver: 'parity-nope' } },
          { Scope: 'swarm' },
          { Ingress: true },
          { Driver: 'overlay' },
          { ConfigFrom: { Network: 'parity-nope' } },
          { IPAM: 3 },
          { Options: { a: 3 } },
          option('bridge.enable_icc', 'zz'),
          option('bridge.enable_ip_masquerade', 'zz'),
          option('bridge.host_binding_ipv4', 'zz'),
          option('driver.mtu', 'zz'),
          option('driver.mtu', '-4'),
        ].map((body) => ({ Name: 'parity-refused', ...body })),
      ];
      for (const body of bodies) {
        await api.step(JSON.stringify(body), 'POST', '/networks/create', { body });
        await dropQuietly(api, 'parity-refused');
      }
      await dropQuietly(api, 'parity-taken');
    },
  },
  {
    title: 'a container is created for networks, and in them while it runs',
    run: async (api) => {
      await makeQuietly(api, 'parity-front', subnet('198.18.7.0/24'));
      await makeQuietly(api, 'parity-back', {
        EnableIPv6: true,
        IPAM: { Config: [{ Subnet: 'fd00:79::/64' }, { Subnet: '198.18.8.0/24' }] },
      });
      const endpoints = {
        'parity-front': { IPAMConfig: { IPv4Address: '198.18.7.77' }, Aliases: ['web', 'www'], DriverOpts: { a: 'b' } },
        'parity-back': {
          IPAMConfig: { IPv6Address: 'fd00:79::77', IPv4Address: '198.18.8.77' },
          Links: ['parity-other:db'],
        },
      };
      const config = {
        Hostname: 'box',
        HostConfig: { NetworkMode: 'parity-front' },
        NetworkingConfig: { EndpointsConfig: endpoints },
      };
      const created = await createQuietly(api, 'parity-many', { Cmd: ['sleep', '60'], ...config });
      await places(api, 'created', created);
      await removeQuietly(api, created);
      const id = await runQuietly(api, 'parity-many', config);
      await places(api, 'running', id);
      await api.step('seen from the network', 'GET', '/networks/parity-back');
      await api.step('removing a network in use', 'DELETE', '/networks/parity-back');
      await api.step('renamed', 'POST', `/containers/${id}/rename?name=parity-many-new`);
      await places(api, 'after that', id);
      await api.quietly('POST', `/containers/${id}/kill`);
      await api.quietly('POST', `/containers/${id}/wait`);
      await places(api, 'exited', id);
      await removeQuietly(api, id);
      const files = await runToEndQuietly(api, 'parity-many', { Cmd: ['cat', '/etc/hosts'], Tty: true, ...config });
      const hosts = (await api.quietly('GET', `/containers/${files}/logs?stdout=1`)).text();
      // Docker connects in no order of its own.
      api.note('hosts', hosts.split('\r\n').sort());
      await removeQuietly(api, files);
      await dropQuietly(api, 'parity-front', 'parity-back');
    },
  },
  {
    title: 'places that cannot be had are refused',
    run: async (api) => {
      await makeQuietly(api, 'parity-own', subnet('198.18.9.0/24'));
      await makeQuietly(api, 'parity-any');
      const place = (network: string, endpoint: object | null, mode = network) => ({
        Image: 'busybox',
        HostConfig: { NetworkMode: mode },
        NetworkingConfig: { EndpointsConfig: { [network]: endpoint } },
      });
      const bodies: Record<string, object> = {
        'an address on the default bridge': place('bridge', { IPAMConfig: { IPv4Address: '198.18.9.9' } }),
        'an alias on the default bridge': place('bridge', { Aliases: ['x'] }),
        both: place('bridge', { Aliases: ['x'], IPAMConfig: { IPv4Address: '198.18.9.9' } }),
        'an address outside': place('parity-own', { IPAMConfig: { IPv4Address: '198.18.10.1' } }),
        'addresses that are none': place('parity-own', {
          IPAMConfig: { IPv4Address: 'zz', IPv6Address: 'yy', LinkLocalIPs: ['qq'] },
        }),
        'an IPv6 address without IPv6': place('parity-own', { IPAMConfig: { IPv6Address: 'fd00::9' } }),
        'an address where none was configured': place('parity-any', { IPAMConfig: { IPv4Address: '198.18.9.9' } }),
        'no settings': place('parity-own', null),
        'a MAC address that is none': place('parity-own', { MacAddress: 'zz' }),
        'two MAC addresses': {
          ...place('parity-own', { MacAddress: '02:00:00:00:00:02' }),
          MacAddress: '02:00:00:00:00:01',
        },
      };
      for (const [title, body] of Object.entries(bodies)) {
        await api.step(title, 'POST', '/containers/create?name=parity-placed', { body });
        await api.quietly('DELETE', '/containers/parity-placed?force=1');
      }
      for (const address of ['198.18.9.0', '198.18.9.1', '198.18.9.255']) {
        const body = place('parity-own', { IPAMConfig: { IPv4Address: address } });
        await createQuietly(api, 'parity-placed', body);
        await api.step(`start with ${address}`, 'POST', '/containers/parity-placed/start');
        await api.quietly('DELETE', '/containers/parity-placed?force=1');
      }
      const older = await api.quietly('POST', '/v1.43/containers/create', {
        body: { Image: 'busybox', NetworkingConfig: { EndpointsConfig: { 'parity-own': {}, 'parity-any': {} } } },
      });
      // Docker names them in no order of its own.
      const words = older.json<{ message: string }>().message.split(/[ ,]+/).sort();
      api.note('two networks by an older client', [older.status, ...words]);
      const body = place('parity-own', { IPAMConfig: { IPv4Address: '198.18.9.50' } });
      const first = await runQuietly(api, 'parity-first', body);
      await createQuietly(api, 'parity-second', body);
      await api.step('start with an address in use', 'POST', '/containers/parity-second/start');
      await createQuietly(api, 'parity-linked', { HostConfig: { Links: ['parity-first:x'] } });
      await api.step('start with a link out of the default network', 'POST', '/containers/parity-linked/start');
      await removeQuietly(api, first, 'parity-second', 'parity-linked');
      await makeQuietly(api, 'parity-small', subnet('198.18.11.0/30'));
      const only = await runQuietly(api, 'parity-first', { HostConfig: { NetworkMode: 'parity-small' } });
      await createQuietly(api, 'parity-second', { HostConfig: { NetworkMode: 'parity-small' } });
      await api.step('start without a free address', 'POST', '/containers/parity-second/start');
      await removeQuietly(api, only, 'parity-second');
      await createQuietly(api, 'parity-second', { HostConfig: { NetworkMode: 'parity-nope' } });
      await api.step('start in a network that is not there', 'POST', '/containers/parity-second/start');
      await api.step('restart there', 'POST', '/containers/parity-second/restart');
      await removeQuietly(api, 'parity-second');
      await dropQuietly(api, 'parity-own', 'parity-any', 'parity-small');
    },
  },
  {
    title: 'containers are connected and disconnected, running and not',
    run: async (api) => {
      await makeQuietly(api, 'parity-a', subnet('198.18.12.0/24'));
      await makeQuietly(api, 'parity-b', subnet('198.18.13.0/24'));
      const act = (title: string, verb: 'connect' | 'disconnect', network: string, more: object = {}) =>
        api.step(title, 'POST', `/networks/${network}/${verb}`, { body: { Container: 'parity-moved', ...more } });
      const settings = (config: object) => ({ EndpointConfig: config });
      const config = { HostConfig: { NetworkMode: 'parity-a' }, Cmd: ['sleep', '60'] };
      const id = await createQuietly(api, 'parity-moved', config);
      await act(
        'not running, with what is no address',
        'connect',
        'parity-b',
        settings({ IPAMConfig: { IPv4Address: 'zz' } }),
      );
      await act(
        'not running',
        'connect',
        'parity-b',
        settings({ IPAMConfig: { IPv4Address: '198.18.13.9' }, Aliases: ['z'] }),
      );
      await places(api, 'created in two', id);
      await act('not running, again', 'connect', 'parity-b', settings({ IPAMConfig: { IPv4Address: '198.18.13.8' } }));
      await act(
        'not running, again and outside',
        'connect',
        'parity-b',
        settings({ IPAMConfig: { IPv4Address: '198.18.14.9' } }),
      );
      await act('not running, to one that is not there', 'connect', 'parity-nope');
      await places(api, 'created in three', id);
      await act('out of that again', 'disconnect', 'parity-nope');
      await act('out of b', 'disconnect', 'parity-b');
      await act('out of b, again', 'disconnect', 'parity-b');
      await api.step('start', 'POST', '/containers/parity-moved/start');
      await act('outside', 'connect', 'parity-b', settings({ IPAMConfig: { IPv4Address: '198.18.14.9' } }));
      await act('the gateway', 'connect', 'parity-b', settings({ IPAMConfig: { IPv4Address: '198.18.13.1' } }));
      await act(
        'an address on the bridge',
        'connect',
        'bridge',
        settings({ IPAMConfig: { IPv4Address: '198.18.13.9' } }),
      );
      await act('no MAC address', 'connect', 'parity-b', settings({ MacAddress: 'zz' }));
      await act('into b', 'connect', 'parity-b', settings({ Aliases: ['foo'], IPAMConfig: {}, DriverOpts: {} }));
      await act('into b, again', 'connect', 'parity-b');
      await act('into b, outside', 'connect', 'parity-b', settings({ IPAMConfig: { IPv4Address: '198.18.14.9' } }));
      await act('into the bridge', 'connect', 'bridge');
      await places(api, 'running in three', id);
      await act('into one that is not there', 'connect', 'parity-nope');
      await act('into host', 'connect', 'host');
      await act('into none', 'connect', 'none');
      await act('out of one that is not there', 'disconnect', 'parity-nope');
      await act('out of one that is not there, by force', 'disconnect', 'parity-nope', { Force: true });
      await act('out of a', 'disconnect', 'parity-a', { Force: true });
      await act('out of the bridge', 'disconnect', 'bridge');
      await places(api, 'running in one', id);
      await act('out of the last one', 'disconnect', 'parity-b');
      await places(api, 'running in none', id);
      await act('into none, from nowhere', 'connect', 'none');
      await places(api, 'in none', id);
      await act('out of none', 'disconnect', 'none');
      await act('back into a', 'connect', 'parity-a');
      await api.quietly('POST', '/containers/parity-moved/kill');
      await api.quietly('POST', '/containers/parity-moved/wait');
      await places(api, 'exited', id);
      await api.step('a network that only ended containers name', 'DELETE', '/networks/parity-a');
      await api.step('start without it', 'POST', '/containers/parity-moved/start');
      await removeQuietly(api, id);
      await dropQuietly(api, 'parity-a', 'parity-b');
    },
  },
  {
    title: 'unused networks are pruned by label, and listed as dangling',
    run: async (api) => {
      await makeQuietly(api, 'parity-kept', { Labels: { parity: 'kept' } });
      await makeQuietly(api, 'parity-used', { Labels: { parity: 'pruned' } });
      await makeQuietly(api, 'parity-pruned', { Labels: { parity: 'pruned' } });
      const id = await runQuietly(api, 'parity-user', { HostConfig: { NetworkMode: 'parity-used' } });
      for (const filter of [
        { name: ['parity-'], dangling: ['true'] },
        { name: ['parity-'], dangling: ['false'] },
        { label: ['parity=pruned'] },
        { label: ['parity'], driver: ['bridge'], type: ['custom'] },
      ]) {
        const query = encodeURIComponent(JSON.stringify(filter));
        const found = (await api.quietly('GET', `/networks?filters=${query}`)).json<{ Name: string }[]>();
        api.note(JSON.stringify(filter), found.map(({ Name }) => Name).sort());
      }
      const prune = (title: string, filter: object) =>
        api.step(title, 'POST', `/networks/prune?filters=${encodeURIComponent(JSON.stringify(filter))}`);
      await prune('nothing is older', { label: ['parity=pruned'], until: ['1h'] });
      await prune('by label', { label: ['parity=pruned'] });
      await prune('nothing is left', { label: ['parity=pruned'] });
      await removeQuietly(api, id);
      await prune('by label and without another', { label: ['parity'], 'label!': ['parity=kept'] });
      await api.step('kept', 'DELETE', '/networks/parity-kept');
    },
    differences: [{ path: /"dangling"/, why: 'Docker 26 takes every network for dangling, whoever uses it' }],
  },
  {
    title: 'what happens to networks is told as events',
    run: async (api) => {
      const since = Math.floor(Date.now() / 1000);
      const told = await makeQuietly(api, 'parity-told', { Labels: { parity: 'told' } });
      const id = await runQuietly(api, 'parity-teller', { HostConfig: { NetworkMode: 'parity-told' } });
      const body = { Container: 'parity-teller' };
      await api.quietly('POST', '/networks/bridge/connect', { body });
      await api.quietly('POST', '/networks/bridge/disconnect', { body });
      await removeQuietly(api, id);
      await makeQuietly(api, 'parity-pruned', { Labels: { parity: 'pruned' } });
      await dropQuietly(api, 'parity-told');
      await api.quietly('POST', `/networks/prune?filters=${encodeURIComponent('{"label":["parity=pruned"]}')}`);
      const filters = encodeURIComponent('{"type":["network"]}');
      const until = Math.floor(Date.now() / 1000) + 1;
      const answer = await api.quietly('GET', `/events?since=${since}&until=${until}&filters=${filters}`);
      const events = answer
        .text()
        .split('\n')
        .filter((line) => line !== '')
        .map((line) => JSON.parse(line) as NetworkEvent)
        .filter(({ Action, Actor }) => Action === 'prune' || isOurs(Actor.Attributes, id));
      // Within the same second there may be others before.
      events.splice(
        0,
        events.findIndex(({ Actor }) => Actor.ID === told),
      );
      // Docker tells twice that a running container was disconnected.
      api.note(
        'events',
        events.filter((event, index) => index === 0 || !isSame(event, events[index - 1])),
      );
    },
  },
];

paritySuite('user-networks', cases);
