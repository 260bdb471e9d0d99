import { createServer } from 'node:net';
import { createQuietly, removeQuietly, runQuietly, startQuietly } from './container-steps.ts';
import { type ParityCase, paritySuite } from './parity-suite.ts';
import type { RecordingApi } from './recording-api.ts';

const exposed = (...ports: string[]) => Object.fromEntries(ports.map((port) => [port, {}]));

/** Runs a container with these ports and notes what is shown of them. */
async function show(api: RecordingApi, title: string, ports: readonly string[], host: object): Promise<void> {
  const id = await createQuietly(api, 'parity-ports', {
    Cmd: ['sleep', '60'],
    ExposedPorts: exposed(...ports),
    HostConfig: host,
  });
  const started = await api.quietly('POST', `/containers/${id}/start`);
  api.note(`${title}: start`, { status: started.status, message: started.text() });
  const { NetworkSettings, HostConfig, Config } = (await api.quietly('GET', `/containers/${id}/json`)).json<{
    NetworkSettings: { Ports: object };
    HostConfig: { PortBindings: object; PublishAllPorts: boolean };
    Config: { ExposedPorts?: object };
  }>();
  api.note(`${title}: inspect`, [NetworkSettings.Ports, HostConfig.PortBindings, Config.ExposedPorts ?? null]);
  const query = encodeURIComponent(JSON.stringify({ id: [id] }));
  const [listed] = (await api.quietly('GET', `/containers/json?filters=${query}`)).json<{ Ports: unknown[] }[]>();
  api.note(`${title}: list`, sorted(listed?.Ports ?? []));
  await removeQuietly(api, id);
}

/** Docker lists the ports of a container in the order of a Go map. */
function sorted(ports: readonly unknown[]): unknown[] {
  return ports.toSorted((a, b) => (JSON.stringify(a) < JSON.stringify(b) ? -1 : 1));
}

const cases: ParityCase[] = [
  {
    title: 'what inspect and list show of published ports, in all forms',
    run: async (api) => {
      await show(api, 'both families', ['80/tcp', '81/tcp'], {
        PortBindings: { '80/tcp': [{ HostIp: '', HostPort: '28080' }] },
      });
      await show(api, 'addresses and protocols', ['80/tcp', '53/udp'], {
        PortBindings: {
          '80/tcp': [
            { HostIp: '127.0.0.1', HostPort: '28080' },
            { HostIp: '0.0.0.0', HostPort: '28081' },
            { HostIp: '::1', HostPort: '28082' },
          ],
          '53/udp': [{ HostIp: '', HostPort: '28053' }],
        },
      });
      // Which of a longer range is next depends, with Docker, on what was before.
      await show(api, 'a range', ['80/tcp'], { PortBindings: { '80/tcp': [{ HostIp: '', HostPort: '28085-28085' }] } });
      await show(api, 'bindings without a port', ['80/tcp'], { PortBindings: { '80/tcp': [] } });
      await show(api, 'not exposed', [], { PortBindings: { '80/tcp': [{ HostIp: '', HostPort: '28080' }] } });
      await show(api, 'protocol in capitals', ['80/TCP'], { PortBindings: { '80/TCP': [{ HostPort: '28080' }] } });
      await show(api, 'without a network', ['80/tcp'], {
        NetworkMode: 'none',
        PortBindings: { '80/tcp': [{ HostIp: '', HostPort: '28080' }] },
      });
    },
  },
  {
    title: 'ports that cannot be had are refused at the start',
    run: async (api) => {
      const holder = await createQuietly(api, 'parity-ports-holder', {
        Cmd: ['sleep', '60'],
        ExposedPorts: exposed('80/tcp', '53/udp'),
        HostConfig: {
          PortBindings: { '80/tcp': [{ HostPort: '28080' }], '53/udp': [{ HostIp: '127.0.0.1', HostPort: '28053' }] },
        },
      });
      await startQuietly(api, holder);
      const one = (HostIp: string, HostPort: string) => ({ PortBindings: { '80/tcp': [{ HostIp, HostPort }] } });
      await show(api, 'of another container', ['80/tcp'], one('', '28080'));
      await show(api, 'of another container, by UDP', ['53/udp'], {
        PortBindings: { '53/udp': [{ HostIp: '127.0.0.1', HostPort: '28053' }] },
      });
      await show(api, 'twice in one container', ['80/tcp', '81/tcp'], {
        PortBindings: { '80/tcp': [{ HostPort: '28081' }], '81/tcp': [{ HostPort: '28081' }] },
      });
      await show(api, 'a range that is used up', ['80/tcp', '81/tcp'], {
        PortBindings: {
          '80/tcp': [{ HostPort: '28090-28090' }, { HostPort: '28091-28092' }],
          '81/tcp': [{ HostPort: '28091-28092' }, { HostPort: '28091-28092' }],
        },
      });
      await removeQuietly(api, holder);
      const server = createServer().listen(28080, '127.0.0.1');
      await new Promise((resolve) => server.once('listening', resolve));
      await show(api, 'of a process of the host', ['80/tcp'], one('127.0.0.1', '28080'));
      await show(api, 'of a process of the host, everywhere', ['80/tcp'], one('', '28080'));
      await new Promise((resolve) => server.close(resolve));
      await show(api, 'an address that is not there', ['80/tcp'], one('9.9.9.9', '28080'));
    },
  },
  {
    title: 'malformed ports are refused at creation',
    run: async (api) => {
      const bindings = {
        'no number': { '80/tcp': [{ HostPort: 'x' }] },
        'too large': { '80/tcp': [{ HostPort: '70000' }] },
        backwards: { '80/tcp': [{ HostPort: '90-80' }] },
        "the container's no number": { '80x/tcp': [{ HostPort: '80' }] },
        "a range of the container's": { '80-82/tcp': [{ HostPort: '8080' }] },
      };
      for (const [title, PortBindings] of Object.entries(bindings)) {
        await api.step(title, 'POST', '/containers/create?name=parity-bad-ports', {
          body: { Image: 'busybox', HostConfig: { PortBindings } },
        });
      }
    },
  },
  {
    title: 'the list is filtered by published ports',
    run: async (api) => {
      const id = await runQuietly(api, 'parity-ports-filter', {
        ExposedPorts: exposed('80/tcp'),
        HostConfig: { PortBindings: { '80/tcp': [{ HostPort: '28080' }] } },
      });
      for (const publish of ['28080', '28080/tcp', '28070-28090', '80', '28080/udp']) {
        const query = encodeURIComponent(JSON.stringify({ publish: [publish] }));
        const found = (await api.quietly('GET', `/containers/json?filters=${query}`)).text().includes(id);
        api.note(publish, found);
      }
      await removeQuietly(api, id);
    },
  },
];

paritySuite('ports', cases);
