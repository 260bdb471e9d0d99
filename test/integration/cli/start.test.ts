import assert from 'node:assert/strict';
import { after, before, test } from 'node:test';
import { startDaemon, type TestDaemon } from '../../support/daemon.ts';

let daemon: TestDaemon;
before(async () => {
  daemon = await startDaemon();
});
after(() => daemon.close());

test('start prints the names, says which failed, and starts the others', async () => {
  await daemon.skiff(['create', '--name', 'one', 'busybox', 'true']);
  await daemon.skiff(['create', '--name', 'two', 'busybox', 'true']);
  assert.deepEqual(await daemon.trySkiff(['start', 'one', 'missing', 'two']), {
    status: 1,
    stdout: 'one\ntwo\n',
    stderr: 'Error response from daemon: No such container: missing\nError: failed to start containers: missing\n',
  });
  assert.equal(await daemon.skiff(['wait', 'one', 'two']), '0\n0\n');
  await daemon.skiff(['rm', 'one', 'two']);
});

test('start -a -i passes input and output and ends as the container does', async () => {
  await daemon.skiff(['create', '-i', '--name', 'filter', 'busybox', 'sh', '-c', 'tr a-z A-Z; echo done >&2; exit 4']);
  const expected = { status: 4, stdout: 'HELLO', stderr: 'done\n' };
  assert.deepEqual(await daemon.trySkiff(['start', '-a', '-i', 'filter'], { input: 'hello' }), expected);
  assert.deepEqual(await daemon.trySkiff(['start', '-ai', 'filter'], { input: 'hello' }), expected);
  await daemon.skiff(['rm', 'filter']);
});

test('start -a takes one container only', async () => {
  const { status, stderr } = await daemon.trySkiff(['start', '-a', 'one', 'two']);
  assert.deepEqual([status, stderr], [1, 'you cannot start and attach multiple containers at once\n']);
});

test('start -a of a container that removes itself waits until it is gone', async () => {
  await daemon.skiff(['create', '--rm', '--name', 'brief', 'busybox', 'sh', '-c', 'echo here; exit 2']);
  assert.deepEqual(await daemon.trySkiff(['start', '-a', 'brief']), { status: 2, stdout: 'here\n', stderr: '' });
  assert.equal(await daemon.skiff(['ps', '-aq']), '');
});
