import { createQuietly, removeQuietly } from './container-steps.ts';
import { type ParityCase, paritySuite } from './parity-suite.ts';
import type { RecordingApi } from './recording-api.ts';

const filters = (value: object) => encodeURIComponent(JSON.stringify(value));
const url = (name: string) => `/volumes/${name}`;

type Named = { Name: string };
const byName = (a: Named, b: Named) => (a.Name < b.Name ? -1 : 1);

async function removeVolumes(api: RecordingApi, ...names: string[]): Promise<void> {
  for (const name of names) await api.quietly('DELETE', url(name));
}

const REFUSED: readonly (readonly [string, object])[] = [
  ['another driver', { Name: 'parity-vol', Driver: 'nope' }],
  ['a slash', { Name: 'a/b' }],
  ['a path', { Name: '/etc' }],
  ['one letter', { Name: 'a' }],
  ['a dot first', { Name: '.hidden' }],
  ['no UTF-8 letters', { Name: 'vél' }],
  ['an unknown option', { Name: 'parity-vol', DriverOpts: { foo: 'bar' } }],
  ['a type alone', { Name: 'parity-vol', DriverOpts: { type: 'tmpfs' } }],
  ['a device alone', { Name: 'parity-vol', DriverOpts: { device: '/tmp' } }],
  ['a size', { Name: 'parity-vol', DriverOpts: { size: '10m' } }],
  ['a name that is a number', { Name: 5 }],
  ['options that are a list', { Name: 'parity-vol', DriverOpts: [] }],
];

const cases: ParityCase[] = [
  {
    title: 'a volume is made, found again, shown and removed',
    run: async (api) => {
      await removeVolumes(api, 'parity-vol');
      const body = { Name: 'parity-vol', Labels: { one: 'two' } };
      await api.step('create', 'POST', '/volumes/create', { body });
      await api.step('again', 'POST', '/volumes/create', { body: { Name: 'parity-vol', DriverOpts: { type: 'x' } } });
      await api.step('inspect', 'GET', url('parity-vol'));
      await api.step('remove', 'DELETE', url('parity-vol'));
      await api.step('remove again', 'DELETE', url('parity-vol'));
      await api.step('remove again by force', 'DELETE', `${url('parity-vol')}?force=1`);
      await api.step('inspect what is gone', 'GET', url('parity-vol'));
      const cluster = { Name: 'parity-cluster', ClusterVolumeSpec: { Group: 'g' } };
      await api.step('one of a swarm', 'POST', '/volumes/create', { body: cluster });
      await api.step('update', 'PUT', `${url('parity-vol')}?version=1`, { body: {} });
    },
  },
  {
    title: 'a volume without a name has a label that says so',
    run: async (api) => {
      for (const [step, options] of [
        ['an empty body', { body: {} }],
        ['no body', {}],
      ] as const) {
        const answer = await api.quietly('POST', '/volumes/create', options);
        const { Name, ...rest } = answer.json<{ Name: string }>();
        api.learn(Name, 'anonymous');
        api.note(step, [answer.status, rest]);
        await removeVolumes(api, Name);
      }
    },
  },
  {
    title: 'volumes that cannot be made are refused with a reason',
    run: async (api) => {
      for (const [step, body] of REFUSED) await api.step(step, 'POST', '/volumes/create', { body });
    },
  },
  {
    title: 'options are kept, and looked at only when the volume is used',
    run: async (api) => {
      const DriverOpts = { type: 'none', o: 'bind', device: '/does/not/exist' };
      await api.step('create', 'POST', '/volumes/create', { body: { Name: 'parity-opt', DriverOpts } });
      const id = await createQuietly(api, 'parity-opt-user', {
        Cmd: ['true'],
        HostConfig: {
          Mounts: [{ Type: 'volume', Source: 'parity-opt', Target: '/v', VolumeOptions: { NoCopy: true } }],
        },
      });
      await api.step('start', 'POST', `/containers/${id}/start`);
      await removeQuietly(api, id);
      await removeVolumes(api, 'parity-opt');
    },
  },
  {
    title: 'lists are filtered',
    run: async (api) => {
      await removeVolumes(api, 'parity-l1', 'parity-l2');
      await api.quietly('POST', '/volumes/create', { body: { Name: 'parity-l1', Labels: { a: 'b' } } });
      await api.quietly('POST', '/volumes/create', { body: { Name: 'parity-l2' } });
      const id = await createQuietly(api, 'parity-l-user', { HostConfig: { Binds: ['parity-l2:/x:nocopy'] } });
      const list = (step: string, value: object) => api.step(step, 'GET', `/volumes?filters=${filters(value)}`);
      const both = await api.quietly('GET', `/volumes?filters=${filters({ name: ['parity-l'] })}`);
      const { Volumes: found, Warnings } = both.json<{ Volumes: Named[]; Warnings: unknown }>();
      // Docker has no order.
      api.note('by a part of the name', [found.sort(byName), Warnings]);
      await list('by label', { label: ['a=b'], name: ['parity-l'] });
      await list('by a label that no volume has', { label: ['a=c'] });
      await list('unused', { dangling: ['true'], name: ['parity-l'] });
      await list('used', { dangling: ['0'], name: ['parity-l'] });
      await list('by driver', { driver: ['local'], name: ['parity-l1'] });
      await list('by another driver', { driver: ['nope'] });
      await list('an unknown filter', { nope: ['x'] });
      await list('dangling is no truth value', { dangling: ['x'] });
      const usage = await api.quietly('GET', '/system/df?type=volume');
      const { Volumes } = usage.json<{ Volumes: Named[] }>();
      api.note('usage', Volumes.filter(({ Name }) => Name.startsWith('parity-l')).sort(byName));
      await api.step('used ones are not removed', 'DELETE', url('parity-l2'));
      await api.step('not even by force', 'DELETE', `${url('parity-l2')}?force=1`);
      await removeQuietly(api, id);
      await removeVolumes(api, 'parity-l1', 'parity-l2');
    },
  },
  {
    title: 'a prune takes what matches, and knows its filters',
    run: async (api) => {
      const prune = (step: string, value: object) => api.step(step, 'POST', `/volumes/prune?filters=${filters(value)}`);
      await api.quietly('POST', '/volumes/create', { body: { Name: 'parity-p1', Labels: { prune: 'parity' } } });
      await prune('a named one is spared', { label: ['prune=parity'] });
      await prune('and taken with all', { label: ['prune=parity'], all: ['true'] });
      await prune('an unknown filter', { nope: ['x'] });
      await prune('all is no truth value', { all: ['x'] });
    },
  },
];

paritySuite('volumes', cases);
