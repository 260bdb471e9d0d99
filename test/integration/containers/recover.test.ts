import assert from 'node:assert/strict';
import { after, before, test } from 'node:test';
import { createContainer, exitCodeOf, logsOf, runContainer, runUntilStopped } from '../../support/containers.ts';
import { startDaemon, type TestDaemon } from '../../support/daemon.ts';
import { until } from '../../support/until.ts';

let daemon: TestDaemon;
before(async () => {
  daemon = await startDaemon();
});
after(() => daemon.close());

interface Inspected {
  State: { Status: string; ExitCode: number; StartedAt: string; FinishedAt: string; Pid: number };
}

async function inspect(id: string): Promise<Inspected> {
  return (await daemon.call('GET', `/containers/${id}/json`)).json<Inspected>();
}

test('a container that runs while daemons come and go is one run, and is stopped by the last of them', async () => {
  const id = await runUntilStopped(daemon);
  const { State: first } = await inspect(id);
  await daemon.kill();
  await daemon.start();
  const { State: second } = await inspect(id);
  assert.deepEqual(second, first);
  assert.equal((await daemon.stop()).status, 0);
  await daemon.start();
  assert.equal((await daemon.call('POST', `/containers/${id}/stop`)).status, 204);
  assert.equal(await exitCodeOf(daemon, id), 0);
});

test('what ended while no daemon ran has its own exit code, time and output', async () => {
  const id = await runContainer(daemon, { Cmd: ['sh', '-c', 'sleep 0.5; echo late; exit 5'] });
  const { Pid } = (await inspect(id)).State;
  await daemon.kill();
  await until('the process has ended', () => !isAlive(Pid));
  await daemon.start();
  const { State } = await inspect(id);
  assert.deepEqual([State.Status, State.ExitCode], ['exited', 5]);
  assert.ok(Date.parse(State.FinishedAt) - Date.parse(State.StartedAt) >= 400);
  assert.equal((await logsOf(daemon, id)).stdout, 'late\n');
});

test('a container that removes itself is gone after an end that no daemon saw', async () => {
  const id = await runContainer(daemon, { Cmd: ['sleep', '0.5'], HostConfig: { AutoRemove: true } });
  const { Pid } = (await inspect(id)).State;
  await daemon.kill();
  await until('the process has ended', () => !isAlive(Pid));
  await daemon.start();
  assert.equal((await daemon.call('GET', `/containers/${id}/json`)).status, 404);
});

test('an exec outlives the daemon, and its container takes new ones', async () => {
  const id = await runUntilStopped(daemon);
  const exec = async (Cmd: string[]) => {
    const created = await daemon.call('POST', `/containers/${id}/exec`, { body: { Cmd } });
    const { Id } = created.json<{ Id: string }>();
    assert.equal((await daemon.call('POST', `/exec/${Id}/start`, { body: { Detach: true } })).status, 200);
    return Id;
  };
  const old = await exec(['sh', '-c', 'sleep 1; touch /outlived']);
  await daemon.kill();
  await daemon.start();
  assert.equal((await daemon.call('GET', `/exec/${old}/json`)).status, 404);
  await until('the exec of before has done its work', async () => {
    const check = await exec(['test', '-e', '/outlived']);
    return until('the check has ended', async () => {
      const { ExitCode } = (await daemon.call('GET', `/exec/${check}/json`)).json<{ ExitCode: number | null }>();
      return ExitCode === null ? undefined : { found: ExitCode === 0 };
    }).then(({ found }) => found);
  });
});

test('a container that never ran is as it was', async () => {
  const id = await createContainer(daemon, { Cmd: ['true'] });
  await daemon.kill();
  await daemon.start();
  assert.equal((await inspect(id)).State.Status, 'created');
  assert.equal((await daemon.call('POST', `/containers/${id}/start`)).status, 204);
  assert.equal(await exitCodeOf(daemon, id), 0);
});

function isAlive(pid: number): boolean {
  try {
    return process.kill(pid, 0);
  } catch {
    return false; // ESRCH: the daemon is root, as these tests are
  }
}
