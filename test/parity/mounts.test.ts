import { createQuietly, removeQuietly, runToEndQuietly } from './container-steps.ts';
import { type ParityCase, paritySuite } from './parity-suite.ts';
import type { RecordingApi } from './recording-api.ts';

type Mount = { Destination: string };

/** Both engines show mounts in no order of their own. */
async function noteMounts(api: RecordingApi, step: string, id: string): Promise<void> {
  const answer = await api.quietly('GET', `/containers/${id}/json`);
  const { Mounts, HostConfig, Config } = answer.json<{
    Mounts: Mount[];
    HostConfig: Record<string, unknown>;
    Config: { Volumes: unknown };
  }>();
  const { Binds, Mounts: asked = null, VolumesFrom, VolumeDriver, Tmpfs = null } = HostConfig;
  const sorted = Mounts.sort((a, b) => (a.Destination < b.Destination ? -1 : 1));
  api.note(step, { sorted, Binds, asked, VolumesFrom, VolumeDriver, Tmpfs, Volumes: Config.Volumes });
}

async function removeVolumes(api: RecordingApi, ...names: string[]): Promise<void> {
  for (const name of names) await api.quietly('DELETE', `/volumes/${name}`);
}

const bind = (more: object) => ({ Type: 'bind', Source: '/tmp', Target: '/x', ...more });
const volume = (more: object) => ({ Type: 'volume', Target: '/x', ...more });

const REFUSED: readonly (readonly [string, object])[] = [
  ['a relative path', { Binds: ['foo/bar:/x'] }],
  ['a relative target', { Binds: ['parity-m:x'] }],
  ['the root', { Binds: ['parity-m:/'] }],
  ['the root by another name', { Binds: ['/tmp:/x/..'] }],
  ['the same target twice', { Binds: ['/tmp:/x', '/etc:/x/'] }],
  ['an unknown mode', { Binds: ['parity-m:/x:zz'] }],
  ['two modes of one kind', { Binds: ['parity-m:/x:ro,rw'] }],
  ['too many parts', { Binds: ['parity-m:/x:ro:a:b'] }],
  ['a mode for no source', { Binds: ['/x:ro'] }],
  ['no source', { Binds: [':/x'] }],
  ['nothing', { Binds: [''] }],
  ['nocopy of a bind', { Binds: ['/tmp:/x:nocopy'] }],
  ['propagation of a volume', { Binds: ['parity-m:/x:rshared'] }],
  ['a bind and a tmpfs', { Binds: ['/tmp:/x'], Tmpfs: { '/x': '' } }],
  ['a volume and a tmpfs', { Binds: ['parity-m:/x/'], Tmpfs: { '/x': '' } }],
  ['a bind and a mount', { Binds: ['/tmp:/x'], Mounts: [{ Type: 'tmpfs', Target: '/x' }] }],
  ['a source that is not there', { Mounts: [bind({ Source: '/nope/zz' })] }],
  ['a relative source', { Mounts: [bind({ Source: 'nope' })] }],
  ['no source of a mount', { Mounts: [bind({ Source: '' })] }],
  ['no target of a mount', { Mounts: [bind({ Target: '' })] }],
  ['the root as a mount', { Mounts: [bind({ Target: '/' })] }],
  ['a relative target of a mount', { Mounts: [bind({ Target: 'x' })] }],
  ['an unknown propagation', { Mounts: [bind({ BindOptions: { Propagation: 'zz' } })] }],
  ['options of a volume for a bind', { Mounts: [bind({ VolumeOptions: {} })] }],
  ['options of a bind for a volume', { Mounts: [volume({ BindOptions: {} })] }],
  ['an anonymous volume, read-only', { Mounts: [volume({ ReadOnly: true })] }],
  ['a part of an anonymous volume', { Mounts: [volume({ VolumeOptions: { Subpath: 'a' } })] }],
  ['a part above the volume', { Mounts: [volume({ Source: 'parity-m', VolumeOptions: { Subpath: '../a' } })] }],
  ['another driver', { Mounts: [volume({ Source: 'pm', VolumeOptions: { DriverConfig: { Name: 'nope' } } })] }],
  [
    'an unknown option',
    { Mounts: [volume({ Source: 'pm', VolumeOptions: { DriverConfig: { Options: { a: 'b' } } } })] },
  ],
  ['a name with a slash', { Mounts: [volume({ Source: 'a/b' })] }],
  ['a source of a tmpfs', { Mounts: [{ Type: 'tmpfs', Source: 'a', Target: '/x' }] }],
  ['an unknown type', { Mounts: [{ Type: 'npipe', Target: '/x' }] }],
  ['no type', { Mounts: [{ Target: '/x' }] }],
  ['another default driver', { VolumeDriver: 'nope', Binds: ['parity-q:/x'] }],
  ['volumes from nobody', { VolumesFrom: ['nope'] }],
  ['volumes from an empty name', { VolumesFrom: [''] }],
  ['volumes from a mode alone', { VolumesFrom: [':ro'] }],
];

const cases: ParityCase[] = [
  {
    title: 'mounts that make no sense are refused with a reason',
    run: async (api) => {
      for (const [step, HostConfig] of REFUSED) {
        await api.step(step, 'POST', '/containers/create', { body: { Image: 'busybox', HostConfig } });
      }
      await removeVolumes(api, 'parity-m');
    },
  },
  {
    title: 'mounts of all kinds are shown as they were asked for',
    run: async (api) => {
      const id = await createQuietly(api, 'parity-mounts', {
        Volumes: { '/plain': {}, '/named': {} },
        HostConfig: {
          Binds: ['parity-n:/named', 'parity-r:/ro:ro', '/tmp:/t:ro,z', 'parity-c:/c:nocopy,Z', '/etc:/clean/../e/'],
          Mounts: [
            { Type: 'tmpfs', Target: '/tt', TmpfsOptions: { SizeBytes: 1_000_000, Mode: 448 } },
            { Type: 'volume', Source: 'parity-f', Target: '/f', ReadOnly: true, VolumeOptions: { Labels: { a: 'b' } } },
            { Type: 'bind', Source: '/etc', Target: '/etc2', BindOptions: { NonRecursive: true } },
          ],
          Tmpfs: { '/tm': 'size=1m' },
        },
      });
      const { Mounts } = (await api.quietly('GET', `/containers/${id}/json`)).json<{
        Mounts: (Mount & { Name?: string })[];
      }>();
      api.learn(Mounts.find(({ Destination }) => Destination === '/plain')?.Name ?? '', 'anonymous');
      await noteMounts(api, 'inspect', id);
      await api.step('labels of a new volume', 'GET', '/volumes/parity-f');
      const list = await api.quietly('GET', `/containers/json?all=1&filters={"id":["${id}"]}`);
      const listed = list.json<{ Mounts: Mount[] }[]>()[0]?.Mounts ?? [];
      api.note(
        'list',
        listed.sort((a, b) => (a.Destination < b.Destination ? -1 : 1)),
      );
      for (const value of ['parity-n', '/named', '/etc', '/nope', 'parity', '/t']) {
        const found = await api.quietly('GET', `/containers/json?all=1&filters={"id":["${id}"],"volume":["${value}"]}`);
        api.note(`filter by ${value}`, found.json<unknown[]>().length);
      }
      await removeQuietly(api, id);
      await removeVolumes(api, 'parity-n', 'parity-r', 'parity-c', 'parity-f');
    },
    differences: [
      {
        path: /(inspect\.body\.sorted|list\.body)\[\d\]\.Source/,
        why: 'Docker does not tell where an anonymous volume is before its first start',
      },
    ],
  },
  {
    title: 'mounts of another container are taken over',
    run: async (api) => {
      const donor = await createQuietly(api, 'parity-donor', {
        HostConfig: { Binds: ['parity-d1:/d1', 'parity-d2:/d2:ro', '/tmp:/t'] },
      });
      for (const [step, mode] of [
        ['as they are', ''],
        ['read-only', ':ro'],
        ['with a label', ':z'],
      ] as const) {
        const id = await createQuietly(api, 'parity-heir', {
          HostConfig: { VolumesFrom: [`parity-donor${mode}`], Binds: ['/etc:/t'] },
        });
        await noteMounts(api, step, id);
        await removeQuietly(api, id);
      }
      const body = (VolumesFrom: string[]) => ({ body: { Image: 'busybox', HostConfig: { VolumesFrom } } });
      await api.step('an unknown mode', 'POST', '/containers/create', body(['parity-donor:zz']));
      await removeQuietly(api, donor);
      await removeVolumes(api, 'parity-d1', 'parity-d2');
    },
  },
  {
    title: 'a volume is filled from its place in the image, where that is a folder',
    run: async (api) => {
      const run = async (step: string, HostConfig: object, script: string) => {
        const id = await runToEndQuietly(api, 'parity-fill', { Cmd: ['sh', '-c', script], HostConfig });
        const logs = await api.quietly('GET', `/containers/${id}/logs?stdout=1&stderr=1`);
        api.note(step, logs.text().replaceAll(/[^\x20-\x7e\n]/g, ''));
        await removeQuietly(api, id);
      };
      const list = 'stat -c "%n %u:%g %a" /var /var/* | sort';
      await run('from the image', { Binds: ['parity-v:/var'] }, `${list}; touch /var/more; rmdir /var/www 2>&1; true`);
      await run('only once', { Binds: ['parity-v:/var'] }, 'ls /var');
      await run('elsewhere', { Binds: ['parity-v:/other'] }, 'ls /other');
      await run('not where it is not wanted', { Binds: ['parity-w:/var:nocopy'] }, 'ls /var');
      await api.step('a file is no folder', 'POST', '/containers/create?name=parity-file', {
        body: { Image: 'busybox', HostConfig: { Binds: ['parity-x:/etc/passwd'] } },
      });
      await removeVolumes(api, 'parity-v', 'parity-w', 'parity-x');
    },
    differences: [{ path: /a file is no folder\.body\.message/, why: 'the path is that of the layer on the host' }],
  },
  {
    title: 'copies go into volumes, unless those are read-only',
    run: async (api) => {
      const id = await createQuietly(api, 'parity-cp', {
        HostConfig: { Binds: ['parity-cp1:/one', 'parity-cp2:/two:ro'], ReadonlyRootfs: true },
      });
      const body = Buffer.alloc(1024);
      for (const path of ['/one', '/two', '/tmp', '/nope', '/one/nope']) {
        await api.step(`into ${path}`, 'PUT', `/containers/${id}/archive?path=${path}`, { body });
      }
      await removeQuietly(api, id);
      await removeVolumes(api, 'parity-cp1', 'parity-cp2');
    },
  },
  {
    title: 'a tmpfs takes the place of another mount there, if it is written alike',
    run: async (api) => {
      const Cmd = [
        'sh',
        '-c',
        'mount | sed -n "s|.* on /x type \\([a-z0-9]*\\) .*|\\1|p" | sed "s/tmpfs/&/;t;s/.*/disk/"',
      ];
      const mounted = async (step: string, HostConfig: object, Volumes: object = {}) => {
        const id = await runToEndQuietly(api, 'parity-over', { Cmd, HostConfig, Volumes });
        const logs = await api.quietly('GET', `/containers/${id}/logs?stdout=1&stderr=1`);
        const { Mounts } = (await api.quietly('GET', `/containers/${id}/json`)).json<{ Mounts: { Type: string }[] }>();
        const types = Mounts.map(({ Type }) => Type);
        api.note(step, { mounted: logs.text().replaceAll(/[^\x20-\x7e\n]/g, ''), shown: types });
        await api.quietly('DELETE', `/containers/${id}?v=1`);
      };
      const Mounts = [volume({ Source: 'parity-o' })];
      await mounted('a volume', { Tmpfs: { '/x': '' }, Mounts });
      await mounted('a bind', { Tmpfs: { '/x': '' }, Mounts: [bind({})] });
      await mounted('another tmpfs', { Tmpfs: { '/x': 'size=1m' }, Mounts: [{ Type: 'tmpfs', Target: '/x' }] });
      await mounted('a volume, not written alike', { Tmpfs: { '/x/': '' }, Mounts });
      await mounted('a volume that is bound, not written alike', { Tmpfs: { '/x/': '' }, Binds: ['parity-o:/x'] });
      await mounted('a place for a volume', { Tmpfs: { '/x': '' } }, { '/x': {} });
      await mounted('a place for a volume, not written alike', { Tmpfs: { '/x/': '' } }, { '/x': {} });
      await removeVolumes(api, 'parity-o');
    },
  },
  {
    title: 'volumes without a name go with their container when that is asked for',
    run: async (api) => {
      for (const query of ['?v=1', '?v=0', '?force=1&v=true']) {
        const id = await createQuietly(api, 'parity-gone', {
          Volumes: { '/a': {} },
          HostConfig: { Binds: ['parity-k:/k'] },
        });
        const { Mounts } = (await api.quietly('GET', `/containers/${id}/json`)).json<{
          Mounts: (Mount & { Name: string })[];
        }>();
        const name = Mounts.find(({ Destination }) => Destination === '/a')?.Name ?? '';
        await api.quietly('DELETE', `/containers/${id}${query}`);
        api.note(`${query}: without a name`, (await api.quietly('GET', `/volumes/${name}`)).status);
        api.note(`${query}: with a name`, (await api.quietly('GET', '/volumes/parity-k')).status);
        await removeVolumes(api, name, 'parity-k');
      }
    },
  },
  {
    title: 'what happens to volumes is told',
    run: async (api) => {
      const since = Date.now() / 1000;
      const id = await runToEndQuietly(api, 'parity-told', {
        Cmd: ['true'],
        HostConfig: { Binds: ['parity-e:/e:ro'] },
      });
      await removeQuietly(api, id);
      await removeVolumes(api, 'parity-e');
      const query = `since=${since}&until=${(Date.now() + 50) / 1000}&filters=${encodeURIComponent('{"volume":["parity-e"]}')}`;
      const events = (await api.quietly('GET', `/events?${query}`)).text().trim().split('\n');
      api.note(
        'events',
        events.map((line) => {
          const { Type, Action, Actor } = JSON.parse(line) as { Type: string; Action: string; Actor: object };
          return { Type, Action, Actor };
        }),
      );
    },
  },
];

paritySuite('mounts', cases);
