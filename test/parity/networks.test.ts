import { createQuietly, removeQuietly, runQuietly, runToEndQuietly } from './container-steps.ts';
import { type ParityCase, paritySuite } from './parity-suite.ts';

interface Settings {
  NetworkSettings: Record<string, unknown>;
}

// The version that Docker 26 has: newer ones have more fields.
const cases: ParityCase[] = [
  {
    title: 'network settings of the three modes, running and not',
    run: async (api) => {
      for (const mode of ['bridge', 'none', 'host']) {
        const created = await createQuietly(api, `parity-net-${mode}`, { HostConfig: { NetworkMode: mode } });
        api.note(
          `${mode} created`,
          (await api.quietly('GET', `/containers/${created}/json`)).json<Settings>().NetworkSettings,
        );
        await removeQuietly(api, created);
        const id = await runQuietly(api, `parity-running-${mode}`, { HostConfig: { NetworkMode: mode } });
        api.note(
          `${mode} running`,
          (await api.quietly('GET', `/containers/${id}/json`)).json<Settings>().NetworkSettings,
        );
        await api.quietly('POST', `/containers/${id}/kill`);
        await api.quietly('POST', `/containers/${id}/wait`);
        api.note(
          `${mode} exited`,
          (await api.quietly('GET', `/containers/${id}/json`)).json<Settings>().NetworkSettings,
        );
        await removeQuietly(api, id);
      }
    },
  },
  {
    title: 'the predefined networks are listed, inspected and protected',
    run: async (api) => {
      const networks = (await api.quietly('GET', '/networks')).json<
        { Name: string; Driver: string; Scope: string }[]
      >();
      const own = networks.filter(({ Name }) => ['bridge', 'host', 'none'].includes(Name));
      api.note(
        'list',
        own.map(({ Name, Driver, Scope }) => ({ Name, Driver, Scope })).sort((a, b) => a.Name.localeCompare(b.Name)),
      );
      for (const name of ['host', 'none']) {
        // Which containers are in there is not this case's affair.
        const { Containers: _, ...network } = (await api.quietly('GET', `/v1.45/networks/${name}`)).json<{
          Containers: object;
        }>();
        api.note(name, network);
      }
      await api.step('unknown', 'GET', '/v1.45/networks/nope');
      await api.step('remove bridge', 'DELETE', '/v1.45/networks/bridge');
      await api.step('remove host', 'DELETE', '/v1.45/networks/host');
      await api.step('remove unknown', 'DELETE', '/v1.45/networks/nope');
      await api.step('unknown network at create', 'POST', '/containers/create?name=parity-nonet', {
        body: { Image: 'busybox', HostConfig: { NetworkMode: 'nope' } },
      });
      await removeQuietly(api, 'parity-nonet');
    },
  },
  {
    title: 'lists of networks follow their filters, and refuse others',
    run: async (api) => {
      const filters: object[] = [
        { name: ['ost'] },
        { name: { host: true } },
        { driver: ['null'] },
        { type: ['builtin'], name: ['none'] },
        { dangling: ['false'], driver: ['host'] },
        { scope: ['swarm'] },
        { label: ['nobody-has-this'] },
        { type: ['zz'] },
        { dangling: ['zz'] },
        { dangling: ['true', 'false'] },
        { zzz: ['a'] },
      ];
      for (const filter of filters) {
        const text = JSON.stringify(filter);
        await api.step(text, 'GET', `/v1.45/networks?filters=${encodeURIComponent(text)}`);
      }
      await api.step('no JSON', 'GET', '/v1.45/networks?filters=%7Bbad');
      await api.step('another scope', 'GET', '/v1.45/networks/bridge?scope=swarm');
      await api.step('verbose', 'GET', '/v1.45/networks/host?verbose=x');
      await api.step(
        'prune by an unknown filter',
        'POST',
        '/v1.45/networks/prune?filters=%7B%22x%22%3A%5B%22y%22%5D%7D',
      );
    },
  },
  {
    title: 'predefined networks cannot be made again, and their containers stay in them',
    run: async (api) => {
      for (const body of [
        { Name: 'bridge' },
        { Name: 'none' },
        { Name: 'default' },
        { Name: '' },
        { Name: 3 },
        { Name: 'parity-zz', Driver: 'host' },
        { Name: 'parity-zz', Driver: 'null' },
        { Name: 'parity-zz', Driver: 'parity-nope' },
      ]) {
        await api.step(`create ${JSON.stringify(body)}`, 'POST', '/v1.45/networks/create', { body });
      }
      const inside = await runQuietly(api, 'parity-inside');
      const inHost = await runQuietly(api, 'parity-in-host', { HostConfig: { NetworkMode: 'host' } });
      const pairs = ['bridge parity-inside', 'host parity-inside', 'none parity-inside', 'bridge parity-in-host'];
      for (const pair of [...pairs, 'bridge parity-nobody', 'bridge ']) {
        const [network = '', Container = ''] = pair.split(' ');
        await api.step(`connect ${pair}`, 'POST', `/v1.45/networks/${network}/connect`, { body: { Container } });
      }
      for (const pair of ['host parity-inside', 'none parity-inside', 'host parity-in-host', 'bridge parity-nobody']) {
        const [network = '', Container = ''] = pair.split(' ');
        await api.step(`disconnect ${pair}`, 'POST', `/v1.45/networks/${network}/disconnect`, { body: { Container } });
      }
      await api.step('disconnect nobody by force', 'POST', '/v1.45/networks/bridge/disconnect', {
        body: { Container: 'parity-nobody', Force: true },
      });
      const { Containers } = (await api.quietly('GET', '/networks/bridge')).json<{
        Containers: Record<string, unknown>;
      }>();
      api.note('in the bridge', Containers[inside]);
      await removeQuietly(api, inside, inHost);
    },
  },
  {
    title: 'hosts, hostname and resolv.conf in a container',
    run: async (api) => {
      // Nothing that the host decides on, so that the recording is true on every machine.
      const dns = { Dns: ['192.0.2.53', '127.0.0.1'], DnsSearch: ['a.example'], DnsOptions: ['rotate'] };
      const configs: Record<string, object> = {
        bridge: { Hostname: 'box', HostConfig: dns },
        'bridge with everything': {
          Hostname: 'box',
          Domainname: 'parity.example',
          HostConfig: {
            ...dns,
            DnsSearch: ['a.example', 'b.example'],
            DnsOptions: ['ndots:3', 'rotate'],
            ExtraHosts: ['foo:203.0.113.4', 'six:::1', 'gw:host-gateway'],
          },
        },
        'bridge with a domain in the hostname': { Hostname: 'box.parity.example', HostConfig: dns },
        none: { Hostname: 'box', HostConfig: { ...dns, NetworkMode: 'none', DnsSearch: ['.'] } },
        'host with a further host': {
          Hostname: 'box',
          HostConfig: { ...dns, NetworkMode: 'host', ExtraHosts: ['foo:203.0.113.4'] },
        },
      };
      for (const [title, config] of Object.entries(configs)) {
        const id = await runToEndQuietly(api, 'parity-files', {
          Cmd: ['cat', '/etc/hosts', '/etc/hostname', '/etc/resolv.conf'],
          Tty: true,
          ...config,
        });
        const output = (await api.quietly('GET', `/containers/${id}/logs?stdout=1`)).text();
        api.note(title, output.replace(/host file: '[^']+'/, "host file: '<path>'"));
        await removeQuietly(api, id);
      }
    },
  },
];

paritySuite('networks', cases);
