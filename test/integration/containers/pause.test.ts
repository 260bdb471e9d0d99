import assert from 'node:assert/strict';
import { after, before, test } from 'node:test';
import { exitCodeOf, logsOf, runContainer, runUntilStopped } from '../../support/containers.ts';
import { startDaemon, type TestDaemon } from '../../support/daemon.ts';
import { until } from '../../support/until.ts';

let daemon: TestDaemon;
before(async () => {
  daemon = await startDaemon();
});
after(() => daemon.close());

/** Two processes that write without end, so that anything of the container that runs shows in its log. */
const CHATTER = ['sh', '-c', '(while :; do echo child; sleep 0.01; done) & while :; do echo first; sleep 0.01; done'];

async function post(id: string, verb: string): Promise<number> {
  return (await daemon.call('POST', `/containers/${id}/${verb}`)).status;
}

async function statusOf(id: string): Promise<string> {
  return (await daemon.call('GET', `/containers/${id}/json`)).json<{ State: { Status: string } }>().State.Status;
}

async function outputLength(id: string): Promise<number> {
  return (await logsOf(daemon, id)).stdout.length;
}

/** Time enough for a hundred lines. What a frozen process writes is nothing, however long one looks. */
async function writesNothing(id: string): Promise<void> {
  const before = await outputLength(id);
  await new Promise((resolve) => setTimeout(resolve, 500));
  assert.equal(await outputLength(id), before);
}

test('all processes of a paused container stand still until it is unpaused', async () => {
  const id = await runContainer(daemon, { Cmd: CHATTER });
  await until('both processes write', async () =>
    /first[^]*child|child[^]*first/.test((await logsOf(daemon, id)).stdout),
  );
  assert.equal(await post(id, 'pause'), 204);
  assert.equal(await statusOf(id), 'paused');
  await writesNothing(id);
  const written = await outputLength(id);
  assert.equal(await post(id, 'unpause'), 204);
  assert.equal(await statusOf(id), 'running');
  await until('it writes again', async () => (await outputLength(id)) > written);
});

test('a container is frozen over the death of its daemon, and the next one unpauses it', async () => {
  const id = await runContainer(daemon, { Cmd: CHATTER });
  assert.equal(await post(id, 'pause'), 204);
  await daemon.kill();
  await daemon.start();
  assert.equal(await statusOf(id), 'paused');
  await writesNothing(id);
  const written = await outputLength(id);
  assert.equal(await post(id, 'unpause'), 204);
  await until('it writes again', async () => (await outputLength(id)) > written);
});

test('stopping a paused container lets it end by itself', async () => {
  const id = await runUntilStopped(daemon);
  assert.equal(await post(id, 'pause'), 204);
  assert.equal(await post(id, 'stop'), 204);
  assert.equal(await exitCodeOf(daemon, id), 0);
});

test('a paused container is killed, and restarted', async () => {
  const id = await runUntilStopped(daemon);
  assert.equal(await post(id, 'pause'), 204);
  assert.equal(await post(id, 'restart'), 204);
  assert.equal(await statusOf(id), 'running');
  assert.equal(await post(id, 'pause'), 204);
  assert.equal(await post(id, 'kill'), 204);
  assert.equal(await exitCodeOf(daemon, id), 137);
});

test('a paused container is removed by force only', async () => {
  const id = await runUntilStopped(daemon);
  assert.equal(await post(id, 'pause'), 204);
  assert.equal((await daemon.call('DELETE', `/containers/${id}`)).status, 409);
  assert.equal((await daemon.call('DELETE', `/containers/${id}?force=1`)).status, 204);
});

test('the command line pauses several, names them, and lists them as paused', async () => {
  const ids = await Promise.all([runUntilStopped(daemon), runUntilStopped(daemon)]);
  assert.equal(await daemon.skiff(['pause', ...ids]), `${ids.join('\n')}\n`);
  assert.match(await daemon.skiff(['ps', '-f', `id=${ids[0]}`]), /Up .* \(Paused\)/);
  assert.equal(await daemon.skiff(['unpause', ...ids]), `${ids.join('\n')}\n`);
  const again = await daemon.trySkiff(['unpause', ids[0] ?? '']);
  assert.equal(again.status, 1);
  assert.equal(again.stderr, `Error response from daemon: Container ${ids[0]} is not paused\n`);
});
