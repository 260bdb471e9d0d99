import assert from 'node:assert/strict';
import { readdirSync } from 'node:fs';
import { join } from 'node:path';
import { after, before, test } from 'node:test';
import { createContainer, outputOf } from '../../support/containers.ts';
import { startDaemon, type TestDaemon } from '../../support/daemon.ts';

let daemon: TestDaemon;
before(async () => {
  daemon = await startDaemon();
});
after(() => daemon.close());

test('what a container is given is what its process finds', async () => {
  const output = await outputOf(daemon, {
    Cmd: [
      '-c',
      'hostname; cat /proc/sys/kernel/domainname; pwd; id -u; id -g; echo $A; echo $HOSTNAME; cat /etc/hostname; umask',
    ],
    Entrypoint: ['sh'],
    Hostname: 'host',
    Domainname: 'domain',
    WorkingDir: '/made/when/missing',
    User: '1000:50',
    Env: ['A=b'],
  });
  assert.deepEqual(output.split('\n').slice(0, 8), [
    'host',
    'domain',
    '/made/when/missing',
    '1000',
    '50',
    'b',
    'host',
    'host',
  ]);
});

test('names of users and groups are those of the image', async () => {
  const output = await outputOf(daemon, { Cmd: ['sh', '-c', 'id -un; cat /proc/self/status'], User: 'nobody' });
  assert.match(output, /^nobody\n/);
  assert.match(output, /^CapEff:\t0+$/m);
});

test('a limit of memory and of processes is in force', async () => {
  const output = await outputOf(daemon, {
    Cmd: [
      'sh',
      '-c',
      'cat /sys/fs/cgroup/memory/memory.limit_in_bytes /sys/fs/cgroup/pids/pids.max || cat /sys/fs/cgroup/memory.max /sys/fs/cgroup/pids.max',
    ],
    HostConfig: { Memory: 64 * 1024 * 1024, PidsLimit: 20 },
  });
  assert.deepEqual(output.trim().split('\n'), [String(64 * 1024 * 1024), '20']);
});

test('a privileged container, one with a read-only root, and one without log are as they say', async () => {
  const devices = await outputOf(daemon, { Cmd: ['ls', '/dev'], HostConfig: { Privileged: true } });
  assert.match(devices, /^kmsg$/m);
  const readOnly = await outputOf(daemon, {
    Cmd: ['sh', '-c', 'touch /x 2>/dev/null && echo written || echo refused'],
    HostConfig: { ReadonlyRootfs: true },
  });
  assert.equal(readOnly, 'refused\n');
  const silent = await createContainer(daemon, { Cmd: ['true'], HostConfig: { LogConfig: { Type: 'none' } } });
  const logs = await daemon.call('GET', `/containers/${silent}/logs?stdout=1`);
  assert.equal(logs.json().message, 'configured logging driver does not support reading');
});

test('a refused create leaves nothing behind', async () => {
  const count = () => readdirSync(join(daemon.dataRoot, 'containers')).length;
  const before = count();
  for (const config of [
    { Image: 'nope' },
    { Image: 'busybox', NetworkingConfig: { EndpointsConfig: { bridge: { Aliases: ['x'] } } } },
    {},
    { Image: 5 },
  ]) {
    const answer = await daemon.call('POST', '/containers/create?name=refused', { body: config });
    assert.ok(answer.status >= 400, answer.text());
  }
  assert.equal(count(), before);
  assert.equal((await daemon.call('GET', '/containers/refused/json')).status, 404);
});

test('twenty containers at once under one name are one container', async () => {
  const answers = await Promise.all(
    Array.from({ length: 20 }, () =>
      daemon.call('POST', '/containers/create?name=single', { body: { Image: 'busybox', Cmd: ['true'] } }),
    ),
  );
  assert.deepEqual(
    answers.map(({ status }) => status).sort((a, b) => a - b),
    [201, ...Array.from({ length: 19 }, () => 409)],
  );
});
