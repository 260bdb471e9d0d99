import assert from 'node:assert/strict';
import { after, before, test } from 'node:test';
import { exitCodeOf, runContainer } from '../../support/containers.ts';
import { startDaemon, type TestDaemon } from '../../support/daemon.ts';

let daemon: TestDaemon;
before(async () => {
  daemon = await startDaemon();
});
after(() => daemon.close());

async function actionsOf(id: string, since: number): Promise<string[]> {
  const filters = encodeURIComponent(JSON.stringify({ container: [id], type: ['container'] }));
  const answer = await daemon.call('GET', `/events?since=${since}&until=${Date.now() / 1000}&filters=${filters}`);
  const lines = answer.text().split('\n').filter(Boolean);
  return lines.map((line) => (JSON.parse(line) as { Action: string }).Action);
}

test('events of before a crash or a stop of the daemon can be asked for after it', async () => {
  const since = Date.now() / 1000;
  const id = await runContainer(daemon, { Cmd: ['sleep', '1000'] });
  await daemon.kill();
  await daemon.start();
  assert.deepEqual(await actionsOf(id, since), ['create', 'start']);
  assert.equal((await daemon.call('POST', `/containers/${id}/kill`)).status, 204);
  assert.equal(await exitCodeOf(daemon, id), 137);
  await daemon.stop();
  await daemon.start();
  assert.deepEqual(await actionsOf(id, since), ['create', 'start', 'kill', 'die']);
});
