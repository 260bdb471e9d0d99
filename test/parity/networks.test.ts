import { createQuietly, removeQuietly, runQuietly } from './container-steps.ts';
import { type ParityCase, paritySuite } from './parity-suite.ts';

interface Settings {
  NetworkSettings: Record<string, unknown>;
}

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
      await api.step('host', 'GET', '/networks/host');
      await api.step('none', 'GET', '/networks/none');
      await api.step('unknown', 'GET', '/networks/nope');
      await api.step('remove bridge', 'DELETE', '/networks/bridge');
      await api.step('remove host', 'DELETE', '/networks/host');
      await api.step('remove unknown', 'DELETE', '/networks/nope');
      await api.step('unknown network at create', 'POST', '/containers/create?name=parity-nonet', {
        body: { Image: 'busybox', HostConfig: { NetworkMode: 'nope' } },
      });
      await removeQuietly(api, 'parity-nonet');
    },
  },
];

paritySuite('networks', cases);
