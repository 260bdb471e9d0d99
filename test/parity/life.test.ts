import { until } from '../support/until.ts';
import { createQuietly, removeQuietly, runQuietly, runToEndQuietly, untilReady } from './container-steps.ts';
import { type ParityCase, paritySuite } from './parity-suite.ts';
import type { RecordingApi } from './recording-api.ts';

const MS = 1e6;

interface Inspected {
  readonly RestartCount: number;
  readonly State: { readonly Status: string; readonly Health?: { readonly Status: string; readonly Log: unknown[] } };
}

async function untilInspected(api: RecordingApi, id: string, is: (inspected: Inspected) => boolean): Promise<void> {
  await until(`${id} is as awaited`, async () => {
    const answer = await api.quietly('GET', `/containers/${id}/json`);
    return answer.status === 200 && is(answer.json<Inspected>());
  });
}

/** What a container's inspect says of its life; the rest is in other cases. */
async function noteState(api: RecordingApi, name: string, id: string): Promise<void> {
  const { State, RestartCount } = (await api.quietly('GET', `/containers/${id}/json`)).json<Inspected>();
  api.note(name, { State, RestartCount });
}

async function noteStatus(api: RecordingApi, name: string, id: string): Promise<void> {
  const filters = encodeURIComponent(JSON.stringify({ id: [id] }));
  const [row] = (await api.quietly('GET', `/containers/json?all=1&filters=${filters}`)).json<{ Status: string }[]>();
  api.note(name, row?.Status.replace(/\d+ (second|minute)s?|Less than a second|About a minute/, '<duration>'));
}

async function noteEvents(api: RecordingApi, id: string, since: number): Promise<void> {
  await api.step('events', 'GET', eventsOf(id, since));
}

function eventsOf(id: string, since: number): string {
  const filters = encodeURIComponent(JSON.stringify({ container: [id], type: ['container'] }));
  return `/events?since=${since}&until=${Date.now() / 1000}&filters=${filters}`;
}

/** An end can be seen in inspect a moment before it is an event. */
async function untilDeaths(api: RecordingApi, id: string, since: number, count: number): Promise<void> {
  await until(`${count} deaths of ${id} are events`, async () => {
    const events = (await api.quietly('GET', eventsOf(id, since))).text();
    return events.split('"Action":"die"').length > count;
  });
}

const always = (change: object = {}) => ({ HostConfig: { RestartPolicy: { Name: 'always' } }, ...change });

const pause: ParityCase[] = [
  {
    title: 'a paused container refuses what needs a process that runs',
    run: async (api) => {
      const since = Date.now() / 1000;
      const id = await runQuietly(api, 'parity-pause');
      await api.step('pause', 'POST', `/containers/${id}/pause`);
      await noteState(api, 'paused', id);
      await noteStatus(api, 'status', id);
      await api.step('pause again', 'POST', `/containers/${id}/pause`);
      await api.step('exec', 'POST', `/containers/${id}/exec`, { body: { Cmd: ['true'] } });
      await api.step('exec by name', 'POST', '/containers/parity-pause/exec', { body: { Cmd: ['true'] } });
      await api.step('start', 'POST', `/containers/${id}/start`);
      await api.step('attach', 'POST', `/containers/${id}/attach?stream=1&stdout=1`);
      await api.step('remove', 'DELETE', `/containers/${id}`);
      await api.step('update', 'POST', `/containers/${id}/update`, { body: { RestartPolicy: { Name: 'no' } } });
      await api.step('unpause', 'POST', `/containers/${id}/unpause`);
      await noteState(api, 'unpaused', id);
      await api.step('unpause again', 'POST', `/containers/${id}/unpause`);
      await noteEvents(api, id, since);
      await removeQuietly(api, id);
    },
  },
  {
    title: 'what does not run cannot be paused or unpaused',
    run: async (api) => {
      await api.step('pause unknown', 'POST', '/containers/nope/pause');
      await api.step('unpause unknown', 'POST', '/containers/nope/unpause');
      const created = await createQuietly(api, 'parity-pause-created', {});
      await api.step('pause created', 'POST', `/containers/${created}/pause`);
      await api.step('unpause created', 'POST', `/containers/${created}/unpause`);
      const ended = await runToEndQuietly(api, 'parity-pause-ended', { Cmd: ['true'] });
      await api.step('pause ended', 'POST', `/containers/${ended}/pause`);
      await removeQuietly(api, created, ended);
    },
  },
  {
    title: 'a paused container is stopped, restarted, signalled and removed',
    run: async (api) => {
      const since = Date.now() / 1000;
      const id = await runQuietly(api, 'parity-pause-ends');
      await api.quietly('POST', `/containers/${id}/pause`);
      await api.step('restart', 'POST', `/containers/${id}/restart?t=5`);
      await untilReady(api, id, 2);
      await api.quietly('POST', `/containers/${id}/pause`);
      await api.step('signal', 'POST', `/containers/${id}/kill?signal=WINCH`);
      // Docker hears of it a moment later.
      await untilInspected(api, id, ({ State }) => State.Status === 'running');
      await api.quietly('POST', `/containers/${id}/pause`);
      await api.step('stop', 'POST', `/containers/${id}/stop?t=5`);
      await noteState(api, 'stopped', id);
      await untilDeaths(api, id, since, 2);
      await noteEvents(api, id, since);
      await api.quietly('POST', `/containers/${id}/start`);
      await api.quietly('POST', `/containers/${id}/pause`);
      await api.step('remove by force', 'DELETE', `/containers/${id}?force=1`);
    },
  },
];

const restart: ParityCase[] = [
  {
    title: 'on-failure gives up after its retries, and says so',
    run: async (api) => {
      const since = Date.now() / 1000;
      const id = await runQuietly(api, 'parity-on-failure', {
        Cmd: ['sh', '-c', 'exit 4'],
        HostConfig: { RestartPolicy: { Name: 'on-failure', MaximumRetryCount: 2 } },
      });
      await untilInspected(api, id, ({ State }) => State.Status === 'exited');
      await noteState(api, 'given up', id);
      await untilDeaths(api, id, since, 3);
      await noteEvents(api, id, since);
      await removeQuietly(api, id);
    },
  },
  {
    title: 'a container that waits to be restarted refuses what needs a process, and can be stopped',
    run: async (api) => {
      const began = Date.now() / 1000;
      const id = await runQuietly(api, 'parity-restarting', always({ Cmd: ['sh', '-c', 'exit 3'] }));
      // After the fifth end it waits for 1.6 seconds.
      await untilInspected(api, id, ({ State, RestartCount }) => RestartCount === 5 && State.Status === 'restarting');
      await untilDeaths(api, id, began, 5);
      const since = Date.now() / 1000;
      await noteState(api, 'restarting', id);
      await noteStatus(api, 'status', id);
      await api.step('start', 'POST', `/containers/${id}/start`);
      await api.step('pause', 'POST', `/containers/${id}/pause`);
      await api.step('unpause', 'POST', `/containers/${id}/unpause`);
      await api.step('exec', 'POST', '/containers/parity-restarting/exec', { body: { Cmd: ['true'] } });
      await api.step('attach', 'POST', '/containers/parity-restarting/attach?stream=1&stdout=1');
      await api.step('remove', 'DELETE', `/containers/${id}`);
      await api.step('stop', 'POST', `/containers/${id}/stop`);
      await noteState(api, 'stopped', id);
      await noteEvents(api, id, since);
      await removeQuietly(api, id);
    },
  },
  {
    title: 'killing a container that waits to be restarted ends the wait',
    run: async (api) => {
      const id = await runQuietly(api, 'parity-restarting-killed', always({ Cmd: ['sh', '-c', 'exit 3'] }));
      await untilInspected(api, id, ({ State, RestartCount }) => RestartCount === 4 && State.Status === 'restarting');
      await api.step('kill', 'POST', `/containers/${id}/kill`);
      await noteState(api, 'killed', id);
      await api.step('kill again', 'POST', `/containers/${id}/kill`);
      await removeQuietly(api, id);
    },
  },
  {
    title: 'policies are checked when a container is made',
    run: async (api) => {
      const policies: [string, object][] = [
        ['unknown', { Name: 'bogus' }],
        ['retries of always', { Name: 'always', MaximumRetryCount: 2 }],
        ['negative retries', { Name: 'on-failure', MaximumRetryCount: -2 }],
        ['retries alone', { MaximumRetryCount: 2 }],
      ];
      for (const [name, RestartPolicy] of policies) {
        await api.step(name, 'POST', '/containers/create', {
          body: { Image: 'busybox', HostConfig: { RestartPolicy } },
        });
      }
      await api.step('with AutoRemove', 'POST', '/containers/create', {
        body: { Image: 'busybox', HostConfig: { AutoRemove: true, RestartPolicy: { Name: 'always' } } },
      });
    },
  },
  {
    title: 'a policy is changed, and checked then as well',
    run: async (api) => {
      const since = Date.now() / 1000;
      const id = await runQuietly(api, 'parity-update');
      const update = (name: string, RestartPolicy: object, target = id) =>
        api.step(name, 'POST', `/containers/${target}/update`, { body: { RestartPolicy } });
      await update('to always', { Name: 'always' });
      await update('unknown', { Name: 'bogus' });
      await update('retries of always', { Name: 'always', MaximumRetryCount: 3 });
      await update('negative retries', { Name: 'on-failure', MaximumRetryCount: -3 });
      await update('retries alone', { MaximumRetryCount: 3 });
      await update('of an unknown container', { Name: 'always' }, 'nope');
      await api.step('nothing', 'POST', `/containers/${id}/update`, { body: {} });
      const { HostConfig } = (await api.quietly('GET', `/containers/${id}/json`)).json<{
        HostConfig: { RestartPolicy: object };
      }>();
      api.note('policy', HostConfig.RestartPolicy);
      await noteEvents(api, id, since);
      const removed = await runQuietly(api, 'parity-update-rm', { HostConfig: { AutoRemove: true } });
      await update('with AutoRemove', { Name: 'always' }, removed);
      await update('to no with AutoRemove', { Name: 'no' }, removed);
      await removeQuietly(api, id, removed);
    },
  },
];

const FOREVER = { Cmd: ['sleep', '1000'] };
/** One probe soon, and the next one long after the case. */
const ONCE = { Interval: 60_000 * MS, StartPeriod: 60_000 * MS, StartInterval: 200 * MS };

const health: ParityCase[] = [
  {
    title: 'a container is starting, then healthy, and unhealthy when it has ended',
    run: async (api) => {
      const since = Date.now() / 1000;
      const id = await runQuietly(api, 'parity-healthy', {
        ...FOREVER,
        Healthcheck: { Test: ['CMD-SHELL', 'echo looked'], ...ONCE, StartInterval: 1000 * MS },
      });
      await noteState(api, 'starting', id);
      await noteStatus(api, 'status of starting', id);
      await untilInspected(api, id, ({ State }) => State.Health?.Status === 'healthy');
      await noteState(api, 'healthy', id);
      await noteStatus(api, 'status of healthy', id);
      for (const value of ['healthy', 'none', 'starting']) {
        const filters = encodeURIComponent(JSON.stringify({ id: [id], health: [value] }));
        const rows = (await api.quietly('GET', `/containers/json?filters=${filters}`)).json<unknown[]>();
        api.note(`listed as ${value}`, rows.length);
      }
      await api.quietly('POST', `/containers/${id}/pause`);
      await noteState(api, 'paused', id);
      await api.quietly('POST', `/containers/${id}/unpause`);
      await noteState(api, 'unpaused', id);
      await api.quietly('POST', `/containers/${id}/kill`);
      await noteState(api, 'killed', id);
      await noteStatus(api, 'status of killed', id);
      await untilDeaths(api, id, since, 1);
      await noteEvents(api, id, since);
      await removeQuietly(api, id);
    },
  },
  {
    title: 'probes fail by their exit status, their time, and for want of a program',
    run: async (api) => {
      const checks: [string, object][] = [
        ['status', { Test: ['CMD-SHELL', 'echo why; exit 7'] }],
        ['time', { Test: ['CMD-SHELL', 'echo begun; sleep 60; true'], Timeout: 300 * MS }],
        ['no program', { Test: ['CMD', 'nope', 'a b'] }],
        ['much output', { Test: ['CMD-SHELL', 'yes | head -c 5000; exit 1'] }],
      ];
      for (const [name, check] of checks) {
        const id = await runQuietly(api, 'parity-failing', {
          ...FOREVER,
          Healthcheck: { ...check, Interval: 2000 * MS, Retries: 1 },
        });
        await untilInspected(api, id, ({ State }) => State.Health?.Status === 'unhealthy');
        await noteState(api, name, id);
        await removeQuietly(api, id);
      }
    },
  },
  {
    title: 'health checks are completed from the image, and checked',
    run: async (api) => {
      const changes = encodeURIComponent('HEALTHCHECK --interval=7s --retries=4 CMD test -e /x');
      await api.quietly('POST', `/images/create?fromSrc=-&repo=parity/checked&changes=${changes}`, {
        body: Buffer.alloc(10240),
      });
      const given: [string, object | undefined][] = [
        ['nothing', undefined],
        ['a time', { Timeout: 5e9 }],
        ['a test', { Test: ['CMD', 'true'], Interval: 1e9 }],
        ['none', { Test: ['NONE'] }],
      ];
      for (const [name, Healthcheck] of given) {
        const id = await createQuietly(api, 'parity-merged', { Image: 'parity/checked', Cmd: ['x'], Healthcheck });
        const answer = await api.quietly('GET', `/containers/${id}/json`);
        const { Config, State } = answer.json<{ Config: { Healthcheck: object }; State: object }>();
        api.note(name, { Healthcheck: Config.Healthcheck, fields: Object.keys(State) });
        await removeQuietly(api, id);
      }
      await api.quietly('DELETE', '/images/parity/checked');
      for (const field of ['Interval', 'Timeout', 'StartPeriod', 'StartInterval', 'Retries']) {
        const Healthcheck = { Test: ['CMD', 'true'], [field]: field === 'Retries' ? -1 : 1 };
        await api.step(`bad ${field}`, 'POST', '/containers/create', { body: { Image: 'busybox', Healthcheck } });
      }
    },
  },
];

paritySuite('life', [...pause, ...restart, ...health]);
