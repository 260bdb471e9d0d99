import assert from 'node:assert/strict';
import { test } from 'node:test';
import { RecordingSyscalls } from '../recording.ts';
import { launch } from './launch.ts';

const request = { file: '/bin/monitor', args: ['--a', 'b'], directory: '/run/x', env: { PATH: '/bin' }, streams: 0 };

test('a program without streams is started as it was asked for', async () => {
  const syscalls = new RecordingSyscalls();
  const { streams } = await launch(syscalls, { ...request });
  assert.deepEqual(streams, []);
  const [spawn] = syscalls.calls.filter(({ name }) => name === 'spawn');
  assert.partialDeepStrictEqual(spawn?.args[0], {
    path: '/bin/monitor',
    args: ['--a', 'b'],
    env: ['PATH=/bin'],
    directory: '/run/x',
  });
});

test('a program that cannot be started is an error with its reason', async () => {
  const syscalls = new RecordingSyscalls();
  syscalls.failNext('spawn', 2);
  await assert.rejects(launch(syscalls, request), { code: 'ENOENT' });
});
