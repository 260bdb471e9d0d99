import { createQuietly, removeQuietly, runQuietly } from './container-steps.ts';
import { type ParityCase, paritySuite } from './parity-suite.ts';

const subnet = (text: string, more: object = {}) => ({ IPAM: { Config: [{ Subnet: text, ...more }] } });

// Addresses of 198.18.0.0/15, which normalisation leaves as they are.
const cases: ParityCase[] = [
  {
    title: 'a configuration is what others are made from, and nothing else',
    run: async (api) => {
      const create = async (title: string, name: string, body: object) => {
        const answer = await api.step(title, 'POST', '/networks/create', { body: { Name: name, ...body } });
        if (answer.status === 201) api.learn(answer.json<{ Id: string }>().Id, name);
      };
      const made = {
        ConfigOnly: true,
        Driver: 'bridge',
        ...subnet('198.18.4.0/24', { IPRange: '198.18.4.128/25', AuxiliaryAddresses: { router: '198.18.4.9' } }),
        Options: { 'com.docker.network.driver.mtu': '1400' },
        Labels: { 'parity-pruned': '' },
      };
      const from = { ConfigFrom: { Network: 'parity-config' } };
      await create('with a name of a bridge’s', 'bridge', { ConfigOnly: true });
      for (const word of ['Internal', 'Attachable', 'Ingress']) {
        await create(`not ${word}`, 'parity-config', { ...made, [word]: true });
      }
      await create('not scoped', 'parity-config', { ...made, Scope: 'swarm' });
      await create('with a wrong subnet', 'parity-config', { ConfigOnly: true, ...subnet('nope') });
      await create('for a swarm', 'parity-config', { ConfigOnly: true, Driver: 'overlay' });
      await create('made', 'parity-config', made);
      await create('made twice', 'parity-config', made);
      await api.step('shown', 'GET', '/networks/parity-config');
      await create('of another', 'parity-second', { ...from, ConfigOnly: true });
      await create('from nothing', 'parity-second', { ConfigFrom: { Network: 'parity-nope' } });
      await create('from a network', 'parity-second', { ConfigFrom: { Network: 'bridge' } });
      await create('from, with a subnet', 'parity-second', { ...from, ...subnet('198.18.5.0/24') });
      await create('from, with a label', 'parity-second', { ...from, Labels: { a: 'b' } });
      await create('from, with IPv6', 'parity-second', { ...from, EnableIPv6: true });
      await create('from, with an option', 'parity-second', { ...from, Options: { a: 'b' } });
      await create('from', 'parity-first', { ...from, Internal: true, Attachable: true });
      await api.step('from: shown', 'GET', '/networks/parity-first');
      await create('from, once more', 'parity-second', from);
      await api.step('in use', 'DELETE', '/networks/parity-config');
      const running = await runQuietly(api, 'parity-running', {});
      await api.step('connect', 'POST', '/networks/parity-config/connect', { body: { Container: running } });
      const created = await createQuietly(api, 'parity-created', { HostConfig: { NetworkMode: 'parity-config' } });
      await api.step('start', 'POST', `/containers/${created}/start`);
      await removeQuietly(api, running);
      await removeQuietly(api, created);
      await api.quietly('DELETE', '/networks/parity-first');
      await api.quietly('POST', '/networks/prune?filters={"label":["parity-pruned"]}');
      await api.step('not pruned, removed', 'DELETE', '/networks/parity-config');
    },
  },
];

paritySuite('network-configurations', cases);
