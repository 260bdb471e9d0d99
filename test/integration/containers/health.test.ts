import assert from 'node:assert/strict';
import { readFileSync } from 'node:fs';
import { after, before, test } from 'node:test';
import { exitCodeOf, runContainer } from '../../support/containers.ts';
import { startDaemon, type TestDaemon } from '../../support/daemon.ts';
import { tarOf } from '../../support/tar.ts';
import { until } from '../../support/until.ts';

let daemon: TestDaemon;
before(async () => {
  daemon = await startDaemon();
});
after(() => daemon.close());

const MS = 1e6;
const FOREVER = ['sleep', '1000'];

interface Health {
  Status: string;
  FailingStreak: number;
  Log: { Start: string; End: string; ExitCode: number; Output: string }[];
}

async function healthOf(id: string): Promise<Health | undefined> {
  const answer = await daemon.call('GET', `/containers/${id}/json`);
  return answer.json<{ State: { Health?: Health } }>().State.Health;
}

function untilHealth(id: string, status: string): Promise<Health> {
  return until(`${id} is ${status}`, async () => {
    const health = await healthOf(id);
    return health?.Status === status ? health : undefined;
  });
}

function checked(script: string, change: object = {}): object {
  return { Cmd: FOREVER, Healthcheck: { Test: ['CMD-SHELL', script], Interval: 100 * MS, Retries: 2, ...change } };
}

async function run(id: string, ...Cmd: string[]): Promise<void> {
  const created = await daemon.call('POST', `/containers/${id}/exec`, { body: { Cmd } });
  const { Id } = created.json<{ Id: string }>();
  assert.equal((await daemon.call('POST', `/exec/${Id}/start`, { body: { Detach: true } })).status, 200);
}

/** The commands of all processes in a container. */
async function processesOf(id: string): Promise<string[]> {
  const top = await daemon.call('GET', `/containers/${id}/top?ps_args=-o%20pid,args`);
  return top.json<{ Processes: string[][] }>().Processes.map((fields) => fields.at(-1) ?? '');
}

test('a container is starting, healthy, unhealthy and healthy again, as its check says', async () => {
  const id = await runContainer(daemon, checked('echo looked; test ! -e /broken', { StartInterval: 100 * MS }));
  const first = await untilHealth(id, 'healthy');
  assert.deepEqual([first.FailingStreak, first.Log[0]?.ExitCode, first.Log[0]?.Output], [0, 0, 'looked\n']);
  assert.match(await daemon.skiff(['ps', '-f', `id=${id}`]), /Up .* \(healthy\)/);
  await run(id, 'touch', '/broken');
  const broken = await untilHealth(id, 'unhealthy');
  assert.ok(broken.FailingStreak >= 2 && broken.Log.length <= 5);
  assert.match(await daemon.skiff(['ps', '-q', '-f', 'health=unhealthy', '--no-trunc']), new RegExp(id));
  await run(id, 'rm', '/broken');
  await untilHealth(id, 'healthy');
});

test('changes of health are events, and so are the probes', async () => {
  const since = Math.floor(Date.now() / 1000);
  const id = await runContainer(daemon, checked('test -e /well'));
  await untilHealth(id, 'unhealthy');
  await run(id, 'touch', '/well');
  await untilHealth(id, 'healthy');
  const filters = encodeURIComponent(JSON.stringify({ container: [id] }));
  const until = Math.ceil(Date.now() / 1000);
  const answer = await daemon.call('GET', `/events?since=${since}&until=${until}&filters=${filters}`);
  const actions = answer
    .text()
    .trim()
    .split('\n')
    .map((line) => (JSON.parse(line) as { Action: string }).Action);
  assert.deepEqual(
    actions.filter((action) => action.startsWith('health_status')),
    ['health_status: unhealthy', 'health_status: healthy'],
  );
  const first = actions.indexOf('exec_create: /bin/sh -c test -e /well');
  assert.deepEqual(actions.slice(first, first + 3), [
    'exec_create: /bin/sh -c test -e /well',
    'exec_start: /bin/sh -c test -e /well',
    'exec_die',
  ]);
});

test('a probe that takes too long is killed with all it has started', async () => {
  const script = 'echo before; sleep 900 & sleep 901; true';
  const id = await runContainer(daemon, checked(script, { Timeout: 200 * MS }));
  const { Log } = await untilHealth(id, 'unhealthy');
  assert.deepEqual([Log[0]?.ExitCode, Log[0]?.Output], [-1, 'Health check exceeded timeout (200ms): before\n']);
  assert.equal((await daemon.call('POST', `/containers/${id}/pause`)).status, 204);
  const sleeps = (await processesOf(id)).filter((command) => /sleep 90/.test(command));
  assert.ok(sleeps.length <= 3, `probes pile up: ${sleeps.join(', ')}`);
});

test('checks go on under a new daemon, and none of the old one is left', async () => {
  const id = await runContainer(daemon, checked('test ! -e /hang || sleep 902', { Timeout: 1000 * MS, Retries: 99 }));
  await untilHealth(id, 'healthy');
  await run(id, 'touch', '/hang');
  await until('a probe hangs', async () => (await processesOf(id)).some((command) => command.includes('sleep 902')));
  await daemon.kill();
  await daemon.start();
  assert.equal((await healthOf(id))?.Status, 'healthy');
  await run(id, 'rm', '/hang');
  const last = (await healthOf(id))?.Log.at(-1)?.Start ?? '';
  await until('a new result is there', async () => ((await healthOf(id))?.Log.at(-1)?.Start ?? '') > last);
  await until('no probe hangs', async () => !(await processesOf(id)).some((command) => command.includes('sleep 902')));
});

test('a container that stops is checked no more, and its last results can be read', async () => {
  const id = await runContainer(daemon, checked('true'));
  await untilHealth(id, 'healthy');
  assert.equal((await daemon.call('POST', `/containers/${id}/kill`)).status, 204);
  assert.equal(await exitCodeOf(daemon, id), 137);
  const health = await healthOf(id);
  assert.equal(health?.Status, 'unhealthy');
  assert.ok((health?.Log.length ?? 0) > 0);
});

test("the image's check is run unless the container has its own, or none", async () => {
  // A shell and nothing else, which reads its input for ever.
  const rootfs = tarOf('bin/sh', readFileSync('/bin/busybox'));
  const change = encodeURIComponent('HEALTHCHECK --interval=100ms --retries=1 CMD test -e /from-image');
  const imported = await daemon.call('POST', `/images/create?fromSrc=-&repo=checked&changes=${change}`, {
    body: rootfs,
    headers: { 'content-type': 'application/x-tar' },
  });
  assert.equal(imported.status, 200, imported.text());
  const shell = { Image: 'checked', Cmd: ['sh'], OpenStdin: true };
  const inherits = await runContainer(daemon, shell);
  const own = await runContainer(daemon, { ...shell, Healthcheck: { Test: ['CMD', 'sh', '-c', 'true'] } });
  const none = await runContainer(daemon, { ...shell, Healthcheck: { Test: ['NONE'] } });
  await untilHealth(inherits, 'unhealthy');
  await untilHealth(own, 'healthy');
  assert.equal(await healthOf(none), undefined);
});

test('the command line sets a check, and shows what it waits for', async () => {
  const flags = ['--health-cmd', 'false', '--health-interval', '1h', '--health-start-period', '2h'];
  const id = (await daemon.skiff(['run', '-d', ...flags, 'busybox', ...FOREVER])).trim();
  assert.match(await daemon.skiff(['ps', '-f', 'health=starting']), /\(health: starting\)/);
  const health = await daemon.skiff(['inspect', '-f', '{{json .State.Health}}', id]);
  assert.equal(health, '{"Status":"starting","FailingStreak":0,"Log":[]}\n');
});

test('a check outlives restarts by policy', async () => {
  const id = await runContainer(daemon, {
    ...checked('true'),
    Cmd: ['sh', '-c', 'test -e /again && exec sleep 1000; touch /again; sleep 0.3; exit 1'],
    HostConfig: { RestartPolicy: { Name: 'on-failure', MaximumRetryCount: 0 } },
  });
  await until('it was restarted', async () => {
    const answer = (await daemon.call('GET', `/containers/${id}/json`)).json<{ RestartCount: number }>();
    return answer.RestartCount === 1;
  });
  await untilHealth(id, 'healthy');
});
