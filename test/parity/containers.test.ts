import { demultiplex } from '../support/frames.ts';
import {
  createQuietly,
  removeQuietly,
  runQuietly,
  runToEndQuietly,
  startQuietly,
  untilReady,
} from './container-steps.ts';
import { type ParityCase, paritySuite } from './parity-suite.ts';

const create: ParityCase[] = [
  {
    title: 'a container with defaults is created, inspected and removed',
    run: async (api) => {
      const created = await api.quietly('POST', '/containers/create?name=parity-defaults', {
        body: { Image: 'busybox' },
      });
      const { Id } = created.json<{ Id: string }>();
      api.learn(Id, 'container');
      await api.step('inspect', 'GET', `/containers/${Id}/json`);
      await api.step('inspect with sizes', 'GET', '/containers/parity-defaults/json?size=1');
      await api.step('remove', 'DELETE', '/containers/parity-defaults');
      await api.step('inspect after it', 'GET', `/containers/${Id}/json`);
    },
  },
  {
    title: 'the configuration given at create comes back in inspect',
    run: async (api) => {
      const id = await createQuietly(api, 'parity-config', {
        Hostname: 'box',
        Domainname: 'example.org',
        User: 'nobody',
        Env: ['A=1', 'PATH=/bin'],
        Cmd: ['echo', 'x'],
        Entrypoint: ['/bin/env'],
        WorkingDir: '/made/here',
        Labels: { 'org.example.a': 'b' },
        StopSignal: 'SIGINT',
        StopTimeout: 3,
        ExposedPorts: { '80/tcp': {} },
        Tty: true,
        OpenStdin: true,
        StdinOnce: true,
        HostConfig: {
          AutoRemove: false,
          Privileged: false,
          CapAdd: ['NET_ADMIN'],
          CapDrop: ['MKNOD'],
          ReadonlyRootfs: true,
          ExtraHosts: ['h:1.2.3.4'],
          Dns: ['1.1.1.1'],
          DnsSearch: ['example.org'],
        },
      });
      await api.step('inspect', 'GET', `/containers/${id}/json`);
      await api.step('list', 'GET', '/containers/json?all=1&filters={"name":["parity-config"]}');
      await removeQuietly(api, id);
    },
  },
  {
    title: 'create answers with the ID and warnings, and refuses what Docker refuses',
    run: async (api) => {
      const first = await api.quietly('POST', '/containers/create?name=parity-names', { body: { Image: 'busybox' } });
      api.learn(first.json<{ Id: string }>().Id, 'container');
      await api.step('name in use', 'POST', '/containers/create?name=parity-names', { body: { Image: 'busybox' } });
      await api.step('bad name', 'POST', '/containers/create?name=%2Fa%2Fb', { body: { Image: 'busybox' } });
      await api.step('name of one letter', 'POST', '/containers/create?name=a', { body: { Image: 'busybox' } });
      await api.step('no image', 'POST', '/containers/create', { body: {} });
      await api.step('unknown image', 'POST', '/containers/create', { body: { Image: 'nope-nope:1' } });
      await api.step('bad image', 'POST', '/containers/create', { body: { Image: 'UPPER:::' } });
      await api.step('no command', 'POST', '/containers/create', {
        body: { Image: 'busybox', Cmd: [], Entrypoint: [] },
      });
      await api.step('bad JSON', 'POST', '/containers/create', {
        body: '{',
        headers: { 'content-type': 'application/json' },
      });
      await api.step('no body', 'POST', '/containers/create', {
        body: '',
        headers: { 'content-type': 'application/json' },
      });
      await api.step('wrong type', 'POST', '/containers/create', { body: { Image: 'busybox', Tty: 'yes' } });
      await api.step('wrong content type', 'POST', '/containers/create', {
        body: '{}',
        headers: { 'content-type': 'text/plain' },
      });
      await api.step('relative working directory', 'POST', '/containers/create', {
        body: { Image: 'busybox', WorkingDir: 'x' },
      });
      await api.step('bad signal', 'POST', '/containers/create', { body: { Image: 'busybox', StopSignal: 'SIGNOPE' } });
      await api.step('unknown capability', 'POST', '/containers/create', {
        body: { Image: 'busybox', HostConfig: { CapAdd: ['NOPE'] } },
      });
      await removeQuietly(api, 'parity-names');
    },
  },
];

const life: ParityCase[] = [
  {
    title: 'a container is started, seen running, stopped and seen exited',
    run: async (api) => {
      const id = await runQuietly(api, 'parity-life');
      await api.step('start again', 'POST', `/containers/${id}/start`);
      await api.step('inspect running', 'GET', `/containers/${id}/json`);
      await api.step('list', 'GET', '/containers/json?filters={"name":["parity-life"]}');
      await api.step('remove running', 'DELETE', `/containers/${id}`);
      await api.step('stop', 'POST', `/containers/${id}/stop?t=5`);
      await api.step('stop again', 'POST', `/containers/${id}/stop`);
      await api.step('kill stopped', 'POST', `/containers/${id}/kill`);
      await api.step('inspect exited', 'GET', `/containers/${id}/json`);
      await api.step('start once more', 'POST', `/containers/${id}/start`);
      await untilReady(api, id, 2);
      await api.step('restart', 'POST', `/containers/${id}/restart?t=5`);
      await api.step('kill', 'POST', `/containers/${id}/kill?signal=KILL`);
      await api.step('wait', 'POST', `/containers/${id}/wait`);
      await api.step('remove', 'DELETE', `/containers/${id}`);
      await api.step('remove again', 'DELETE', `/containers/${id}`);
    },
  },
  {
    title: 'an exit status is reported by wait and inspect',
    run: async (api) => {
      const id = await createQuietly(api, 'parity-exit', { Cmd: ['sh', '-c', 'exit 42'] });
      const waiting = api.step('wait for the next exit', 'POST', `/containers/${id}/wait?condition=next-exit`);
      await startQuietly(api, id);
      await waiting;
      await api.step('wait for one that has exited', 'POST', `/containers/${id}/wait?condition=not-running`);
      await api.step('inspect', 'GET', `/containers/${id}/json`);
      const removal = api.step('wait for removal', 'POST', `/containers/${id}/wait?condition=removed`);
      await api.quietly('DELETE', `/containers/${id}`);
      await removal;
      await api.step('unknown condition', 'POST', `/containers/${id}/wait?condition=nope`);
    },
  },
  {
    title: 'commands that cannot run are refused with the texts that exit codes 126 and 127 are made from',
    run: async (api) => {
      for (const [name, Cmd] of [
        ['missing', ['nope']],
        ['missing path', ['/nope/nope']],
        ['directory', ['/etc']],
        ['not executable', ['/etc/passwd']],
      ] as const) {
        const id = await createQuietly(api, `parity-${name.replace(' ', '-')}`, { Cmd });
        await api.step(`start ${name}`, 'POST', `/containers/${id}/start`);
        const inspected = (await api.quietly('GET', `/containers/${id}/json`)).json<{
          State: { Status: string; ExitCode: number };
        }>();
        api.note(`state ${name}`, { Status: inspected.State.Status, ExitCode: inspected.State.ExitCode });
        await removeQuietly(api, id);
      }
      const id = await createQuietly(api, 'parity-user', { User: 'nope', Cmd: ['true'] });
      await api.step('start unknown user', 'POST', `/containers/${id}/start`);
      await removeQuietly(api, id);
    },
  },
  {
    title: 'signals are checked and sent',
    run: async (api) => {
      const id = await runQuietly(api, 'parity-signals');
      await api.step('unknown name', 'POST', `/containers/${id}/kill?signal=SIGNOPE`);
      await api.step('unknown number', 'POST', `/containers/${id}/kill?signal=999`);
      await api.step('by number', 'POST', `/containers/${id}/kill?signal=15`);
      await api.step('wait', 'POST', `/containers/${id}/wait`);
      await api.step('stop with a bad timeout', 'POST', `/containers/${id}/stop?t=x`);
      await removeQuietly(api, id);
    },
  },
  {
    title: 'a container is renamed, found by its prefix, and prune removes what has exited',
    run: async (api) => {
      const id = await runToEndQuietly(api, 'parity-old', { Cmd: ['true'], Labels: { parity: 'prune' } });
      await api.step('rename', 'POST', `/containers/${id}/rename?name=parity-new`);
      await api.step('rename to nothing', 'POST', `/containers/${id}/rename?name=`);
      const found = (await api.quietly('GET', `/containers/${id.slice(0, 10)}/json`)).json<{ Name: string }>();
      api.note('name by prefix', found.Name);
      await api.step('prune', 'POST', '/containers/prune?filters={"label":["parity=prune"]}');
      await api.step('prune with an unknown filter', 'POST', '/containers/prune?filters={"nope":["x"]}');
    },
  },
];

const streams: ParityCase[] = [
  {
    title: 'logs give both streams, either one, the tail, and timestamps',
    run: async (api) => {
      const Cmd = [
        'sh',
        '-c',
        'for i in 1 2 3; do echo out $i; sleep 0.05; echo err $i >&2; sleep 0.05; done; sleep 0.1; printf "no newline"',
      ];
      const id = await runToEndQuietly(api, 'parity-logs', { Cmd });
      for (const [name, query] of [
        ['both', 'stdout=1&stderr=1'],
        ['stdout', 'stdout=1'],
        ['stderr', 'stderr=1'],
        ['tail', 'stdout=1&tail=2'],
        ['follow', 'stdout=1&follow=1'],
        ['timestamps', 'stderr=1&timestamps=1'],
        ['since the future', 'stdout=1&since=4000000000'],
        ['until the past', 'stdout=1&until=1'],
      ] as const) {
        api.note(name, demultiplex((await api.quietly('GET', `/containers/${id}/logs?${query}`)).body));
      }
      await api.step('neither', 'GET', `/containers/${id}/logs`);
      await api.step('none', 'GET', `/containers/${id}/logs?stdout=1&tail=0`);
      await api.step('of nothing', 'GET', '/containers/nope/logs?stdout=1');
      await removeQuietly(api, id);
    },
  },
  {
    title: 'attach without an upgrade answers 200 and gives the output from before by logs=1',
    run: async (api) => {
      const id = await runToEndQuietly(api, 'parity-attach', { Cmd: ['sh', '-c', 'echo out; echo err >&2'] });
      const answer = await api.quietly('POST', `/containers/${id}/attach?logs=1&stdout=1&stderr=1`);
      api.note('attach', { status: answer.status, type: answer.headers['content-type'], ...demultiplex(answer.body) });
      await api.step('attach to nothing', 'POST', '/containers/nope/attach?stdout=1');
      await api.step('resize an exited one', 'POST', `/containers/${id}/resize?h=10&w=10`);
      await api.step('resize to nothing', 'POST', `/containers/${id}/resize?h=x&w=10`);
      await removeQuietly(api, id);
    },
  },
];

const list: ParityCase[] = [
  {
    title: 'the list is filtered by every filter, and unknown ones are refused',
    run: async (api) => {
      const running = await runQuietly(api, 'parity-list-running', {
        Labels: { parity: 'list', a: '1' },
        ExposedPorts: { '81/tcp': {} },
      });
      const exited = await runToEndQuietly(api, 'parity-list-exited', {
        Labels: { parity: 'list' },
        Cmd: ['sh', '-c', 'exit 3'],
      });
      const filters: Record<string, string[]>[] = [
        {},
        { status: ['running'] },
        { status: ['exited', 'running'] },
        { exited: ['3'] },
        { label: ['a'] },
        { label: ['a=1'] },
        { label: ['a=2'] },
        { name: ['list-ex'] },
        { id: [running.slice(0, 12)] },
        { ancestor: ['busybox'] },
        { before: [exited] },
        { since: [running] },
        { network: ['bridge'] },
        { network: ['none'] },
        { expose: ['81'] },
        { publish: ['80'] },
        { health: ['none'] },
        { volume: ['x'] },
        { 'is-task': ['false'] },
      ];
      for (const filter of filters) {
        const merged = { ...filter, label: ['parity=list', ...(filter['label'] ?? [])] };
        const answer = await api.quietly(
          'GET',
          `/containers/json?all=1&filters=${encodeURIComponent(JSON.stringify(merged))}`,
        );
        api.note(
          JSON.stringify(filter)
            .replaceAll(running, 'running')
            .replaceAll(running.slice(0, 12), 'short')
            .replaceAll(exited, 'exited'),
          answer.json<{ Names: string[] }[]>().map(({ Names }) => Names),
        );
      }
      await api.step('unknown filter', 'GET', '/containers/json?filters={"nope":["x"]}');
      await api.step('unknown status', 'GET', '/containers/json?filters={"status":["nope"]}');
      await api.step('bad filter', 'GET', '/containers/json?filters=nope');
      await api.step('bad limit', 'GET', '/containers/json?limit=x');
      const limited = await api.quietly('GET', '/containers/json?limit=1&filters={"label":["parity=list"]}');
      api.note(
        'limit',
        limited.json<{ Names: string[] }[]>().map(({ Names }) => Names),
      );
      await removeQuietly(api, running, exited);
    },
  },
];

paritySuite('containers', [...create, ...life, ...streams, ...list]);
