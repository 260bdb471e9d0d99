import assert from 'node:assert/strict';
import { after, before, test } from 'node:test';
import { exitCodeOf, runContainer, runUntilStopped } from '../../support/containers.ts';
import { startDaemon, type TestDaemon } from '../../support/daemon.ts';

let daemon: TestDaemon;
before(async () => {
  daemon = await startDaemon();
});
after(() => daemon.close());

test('stop lets a container end by itself, and says so when there is nothing to stop', async () => {
  const id = await runUntilStopped(daemon);
  assert.equal((await daemon.call('POST', `/containers/${id}/stop`)).status, 204);
  assert.equal(await exitCodeOf(daemon, id), 0);
  assert.equal((await daemon.call('POST', `/containers/${id}/stop`)).status, 304);
});

test('what does not listen is killed after the time it was given', async () => {
  const id = await runContainer(daemon, { Cmd: ['sleep', '1000'], StopTimeout: 0 });
  assert.equal((await daemon.call('POST', `/containers/${id}/stop`)).status, 204);
  assert.equal(await exitCodeOf(daemon, id), 137);
});

test('the stop signal is the one of the container, or of the request', async () => {
  const script = 'trap "exit 5" USR1; trap "exit 6" USR2; echo ready; while :; do sleep 0.05; done';
  const own = await runUntilStopped(daemon, { Cmd: ['sh', '-c', script], StopSignal: 'SIGUSR1' });
  await daemon.call('POST', `/containers/${own}/stop`);
  assert.equal(await exitCodeOf(daemon, own), 5);
  const asked = await runUntilStopped(daemon, { Cmd: ['sh', '-c', script] });
  await daemon.call('POST', `/containers/${asked}/stop?signal=USR2`);
  assert.equal(await exitCodeOf(daemon, asked), 6);
});

test('a container is stopped, killed and removed by force by many at once, and ends once', async () => {
  const id = await runUntilStopped(daemon);
  const answers = await Promise.all([
    daemon.call('POST', `/containers/${id}/stop`),
    daemon.call('POST', `/containers/${id}/kill`),
    daemon.call('POST', `/containers/${id}/restart?t=0`),
    daemon.call('DELETE', `/containers/${id}?force=1`),
    daemon.call('DELETE', `/containers/${id}?force=1`),
  ]);
  // Docker calls any restart that fails, also of what is gone, its own failure.
  const gone = /"Cannot restart container \w+: (No such container|container is marked for removal)/;
  for (const answer of answers) assert.ok(answer.status < 500 || gone.test(answer.text()), answer.text());
  await daemon.call('DELETE', `/containers/${id}?force=1`);
  assert.equal((await daemon.call('GET', `/containers/${id}/json`)).status, 404);
});
