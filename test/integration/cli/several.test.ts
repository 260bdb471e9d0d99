import assert from 'node:assert/strict';
import { after, before, test } from 'node:test';
import { startDaemon, type TestDaemon } from '../../support/daemon.ts';

// Commands that take several containers do what they can, and say what they could not.

let daemon: TestDaemon;
before(async () => {
  daemon = await startDaemon();
});
after(() => daemon.close());

const MISSING = 'Error response from daemon: No such container: missing\n';

async function startSleepers(...names: string[]): Promise<void> {
  for (const name of names) {
    await daemon.skiff(['run', '-d', '--name', name, 'busybox', 'sh', '-c', 'trap "exit 3" TERM; sleep 1000 & wait']);
  }
}

test('stop and restart name what they stopped and complain about the rest', async () => {
  await startSleepers('first', 'second');
  const stopped = await daemon.trySkiff(['stop', 'first', 'missing', 'second']);
  assert.deepEqual(stopped, { status: 1, stdout: 'first\nsecond\n', stderr: MISSING });
  const restarted = await daemon.trySkiff(['restart', '-t', '0', 'missing', 'first']);
  assert.deepEqual(restarted, { status: 1, stdout: 'first\n', stderr: MISSING });
  assert.equal(await daemon.skiff(['ps', '--format', '{{.Names}}']), 'first\n');
  await daemon.skiff(['rm', '-f', 'first', 'second']);
});

test('kill and wait go on after a failure', async () => {
  await startSleepers('first', 'second');
  const killed = await daemon.trySkiff(['kill', 'first', 'missing', 'second']);
  assert.deepEqual([killed.status, killed.stdout], [1, 'first\nsecond\n']);
  assert.equal(
    killed.stderr,
    'Error response from daemon: cannot kill container: missing: No such container: missing\n',
  );
  const waited = await daemon.trySkiff(['wait', 'first', 'missing', 'second']);
  assert.deepEqual(waited, { status: 1, stdout: '137\n137\n', stderr: MISSING });
  await daemon.skiff(['rm', 'first', 'second']);
});

test('rm takes a leading slash, and with --force a missing container is no failure', async () => {
  await startSleepers('first');
  const removed = await daemon.trySkiff(['rm', '-f', '/first', 'missing']);
  assert.deepEqual(removed, { status: 0, stdout: '/first\n', stderr: MISSING });
  assert.deepEqual(await daemon.trySkiff(['rm', 'missing']), { status: 1, stdout: '', stderr: MISSING });
});
