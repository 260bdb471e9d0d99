import assert from 'node:assert/strict';
import { execFileSync } from 'node:child_process';
import { after, before, test } from 'node:test';
import { createContainer, runContainer } from '../../support/containers.ts';
import { startDaemon, type TestDaemon } from '../../support/daemon.ts';

let daemon: TestDaemon;
before(async () => {
  daemon = await startDaemon();
});
after(() => daemon.close());

async function exported(id: string): Promise<string[]> {
  const answer = await daemon.call('GET', `/containers/${id}/export`);
  assert.equal(answer.status, 200);
  return execFileSync('tar', ['-t'], { input: answer.body }).toString().split('\n');
}

test('the whole tree of a container that runs or never ran is exported, without what is mounted in it', async () => {
  const created = await exported(await createContainer(daemon, {}));
  const running = await runContainer(daemon, { Cmd: ['sh', '-c', 'echo x > /made; exec sleep 1000'] });
  let names = await exported(running);
  while (!names.includes('made')) names = await exported(running);
  assert.ok(created.includes('bin/busybox') && names.includes('bin/busybox'));
  assert.ok(!created.includes('made'));
  assert.ok(names.includes('proc/') && !names.some((name) => /^proc\/./.test(name)));
});

test('what was exported can be imported and run', async () => {
  const id = await createContainer(daemon, {});
  const { body } = await daemon.call('GET', `/containers/${id}/export`);
  const imported = await daemon.call('POST', '/images/create?fromSrc=-&repo=exported', { body });
  assert.equal(imported.status, 200, imported.text());
  assert.equal(await daemon.skiff(['run', '--rm', 'exported', 'echo', 'again']), 'again\n');
});
