import assert from 'node:assert/strict';
import { after, before, test } from 'node:test';
import { createContainer, exitCodeOf, runContainer } from '../../support/containers.ts';
import { startDaemon, type TestDaemon } from '../../support/daemon.ts';

let daemon: TestDaemon;
before(async () => {
  daemon = await startDaemon();
});
after(() => daemon.close());

async function changesAfter(script: string): Promise<string[]> {
  const id = await runContainer(daemon, { Cmd: ['sh', '-c', script] });
  assert.equal(await exitCodeOf(daemon, id), 0);
  const answer = await daemon.call('GET', `/containers/${id}/changes`);
  const changes = answer.json<{ Path: string; Kind: number }[] | null>() ?? [];
  return changes.map(({ Path, Kind }) => `${'CAD'[Kind]} ${Path}`);
}

test('a container that did nothing has changed nothing', async () => {
  const id = await createContainer(daemon, {});
  assert.equal((await daemon.call('GET', `/containers/${id}/changes`)).text(), 'null');
  assert.deepEqual(await changesAfter('true'), []);
});

test('added, changed and deleted files are told apart, with the folders they are in', async () => {
  assert.deepEqual(await changesAfter('mkdir -p /a/b; echo x > /a/b/c; echo y >> /etc/group; rm /etc/passwd'), [
    'A /a',
    'A /a/b',
    'A /a/b/c',
    'C /etc',
    'C /etc/group',
    'D /etc/passwd',
  ]);
});

test('a folder that was made anew hides what was in the old one', async () => {
  const changes = await changesAfter(
    'rm -r /etc/network /usr/sbin /var/spool; mkdir -p /var/spool; touch /var/spool/x',
  );
  assert.ok(changes.includes('A /var/spool/x'), changes.join());
  assert.ok(changes.includes('C /var/spool'), changes.join());
});

test('a change of mode counts for a folder, a change of time does not', async () => {
  assert.deepEqual(await changesAfter('touch /var; chmod 711 /home'), ['C /home']);
});
