import assert from 'node:assert/strict';
import { readFileSync } from 'node:fs';
import { rm } from 'node:fs/promises';
import { after, before, test } from 'node:test';
import { mustRun } from '../../support/command.ts';
import { exitCodeOf, logsOf, runContainer, runUntilStopped } from '../../support/containers.ts';
import { startDaemon, type TestDaemon } from '../../support/daemon.ts';
import { slowness, until } from '../../support/until.ts';

let daemon: TestDaemon;
before(async () => {
  daemon = await startDaemon();
});
after(() => daemon.close());

interface Inspected {
  RestartCount: number;
  State: { Status: string; Running: boolean; Restarting: boolean; ExitCode: number; Pid: number; StartedAt: string };
}

async function inspect(id: string): Promise<Inspected> {
  return (await daemon.call('GET', `/containers/${id}/json`)).json<Inspected>();
}

async function isAt(id: string, status: string): Promise<boolean> {
  return (await inspect(id)).State.Status === status;
}

function policy(Name: string, MaximumRetryCount = 0) {
  return { RestartPolicy: { Name, MaximumRetryCount } };
}

const failing = (HostConfig: object) => ({ Cmd: ['sh', '-c', 'echo run; exit 3'], HostConfig });

async function runsOf(id: string): Promise<number> {
  return (await logsOf(daemon, id)).stdout.split('run').length - 1;
}

test('on-failure tries again as often as it was told, ever later, and keeps the output of all runs', async () => {
  const began = performance.now();
  const id = await runContainer(daemon, failing(policy('on-failure', 3)));
  await until('it has given up', () => isAt(id, 'exited'));
  // 100, 200 and 400 ms
  assert.ok(performance.now() - began > 700);
  const { RestartCount, State } = await inspect(id);
  assert.deepEqual([RestartCount, State.ExitCode, State.Running], [3, 3, false]);
  assert.equal(await runsOf(id), 4);
});

test('on-failure leaves alone what ends well, and always does not', async () => {
  const well = { Cmd: ['true'] };
  const once = await runContainer(daemon, { ...well, HostConfig: policy('on-failure') });
  const again = await runContainer(daemon, { ...well, HostConfig: policy('always') });
  await exitCodeOf(daemon, once);
  await until('always has restarted it twice', async () => (await inspect(again)).RestartCount >= 2);
  assert.deepEqual([(await inspect(once)).RestartCount, await isAt(once, 'exited')], [0, true]);
  assert.equal((await daemon.call('POST', `/containers/${again}/stop`)).status, 204);
  assert.ok(await isAt(again, 'exited'));
});

test('a container that waits is seen so by all who ask, and stopping it ends the wait', async () => {
  const id = await runContainer(daemon, failing(policy('always')));
  // The third restart comes 400 ms after the end before it, and each one twice as late.
  const enough = 3 + Math.ceil(Math.log2(slowness));
  await until('it waits for a restart that is not soon', async () => {
    const { RestartCount, State } = await inspect(id);
    return RestartCount === enough && State.Restarting;
  });
  const listed = await daemon.skiff(['ps', '--filter', `id=${id}`, '--format', '{{.State}} {{.Status}}']);
  assert.match(listed, /^restarting Restarting \(3\) .* ago\n$/);
  assert.equal((await daemon.call('POST', `/containers/${id}/start`)).status, 304);
  assert.equal((await daemon.call('DELETE', `/containers/${id}`)).status, 409);
  assert.equal((await daemon.call('POST', `/containers/${id}/stop`)).status, 204);
  const { State, RestartCount } = await inspect(id);
  assert.deepEqual([State.Status, State.ExitCode, RestartCount], ['exited', 3, enough]);
});

test('a new policy counts for a container that runs already', async () => {
  const id = await runContainer(daemon, failing(policy('always')));
  assert.equal(await daemon.skiff(['update', '--restart', 'no', id]), `${id}\n`);
  await until('it has ended', () => isAt(id, 'exited'));
});

test('a daemon that is killed and started again brings back what its policy wants, and nothing else', async () => {
  const runsOn = await runUntilStopped(daemon, { HostConfig: policy('always') });
  const ends = await runContainer(daemon, { Cmd: ['sleep', '0.4'], HostConfig: policy('always') });
  const waits = await runContainer(daemon, failing(policy('unless-stopped')));
  const stopped = await runUntilStopped(daemon, { HostConfig: policy('unless-stopped') });
  assert.equal((await daemon.call('POST', `/containers/${stopped}/stop`)).status, 204);
  const { State: before } = await inspect(runsOn);
  const { Pid } = (await inspect(ends)).State;
  await daemon.kill();
  await until('what ends has ended', () => !isAlive(Pid));
  const runs = async () => (await logsOf(daemon, waits)).stdout.split('run').length;
  await daemon.start();
  const runsBefore = await runs();
  assert.deepEqual((await inspect(runsOn)).State, before);
  assert.ok(await isAt(stopped, 'exited'));
  await until('what had ended runs again', async () => (await inspect(ends)).State.StartedAt > before.StartedAt);
  await until('what waited has run again', async () => (await runs()) > runsBefore);
});

test('after a reboot everything is started again that its policy wants to run', async () => {
  const always = await runUntilStopped(daemon, { HostConfig: policy('always') });
  const plain = await runUntilStopped(daemon);
  await daemon.kill();
  await loseExecRoot([always, plain]);
  await daemon.start();
  await until('the container runs again', () => isAt(always, 'running'));
  const { State } = await inspect(plain);
  assert.deepEqual([State.Status, State.ExitCode], ['exited', 255]);
});

test('a container that is removed when it ends has no restart policy', async () => {
  const ran = await daemon.trySkiff(['run', '--rm', '--restart', 'always', 'busybox', 'true']);
  assert.deepEqual(
    [ran.status, ran.stderr],
    [
      125,
      "skiff: conflicting options: cannot specify both --restart and --rm\n\nRun 'skiff run --help' for more information\n",
    ],
  );
});

/** What a reboot does: no process of any container is left, and nothing of the exec root, which is on a tmpfs. */
async function loseExecRoot(ids: readonly string[]): Promise<void> {
  for (const id of ids) {
    const { monitor } = JSON.parse(readFileSync(`${daemon.execRoot}/containers/${id}/monitor.json`, 'utf8')) as {
      monitor: { pid: number };
    };
    const pid = Number(readFileSync(`${daemon.execRoot}/containers/${id}/pid`, 'utf8'));
    process.kill(monitor.pid, 'SIGKILL');
    process.kill(pid, 'SIGKILL');
    await until('the processes are gone', () => !isAlive(monitor.pid) && !isAlive(pid));
  }
  const mounts = readFileSync('/proc/self/mountinfo', 'utf8')
    .split('\n')
    .map((line) => line.split(' ')[4] ?? '');
  for (const mount of mounts.filter((path) => path.startsWith(`${daemon.execRoot}/`))) await mustRun('umount', [mount]);
  await rm(daemon.execRoot, { recursive: true });
}

function isAlive(pid: number): boolean {
  try {
    const stat = readFileSync(`/proc/${pid}/stat`, 'latin1');
    return !/\) [ZX] /.test(stat);
  } catch {
    return false; // ENOENT: it is gone
  }
}
