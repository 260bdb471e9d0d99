import assert from 'node:assert/strict';
import { after, before, test } from 'node:test';
import { exitCodeOf, logsOf, runContainer, runUntilStopped } from '../../support/containers.ts';
import { startDaemon, type TestDaemon } from '../../support/daemon.ts';
import { demultiplex } from '../../support/frames.ts';

let daemon: TestDaemon;
before(async () => {
  daemon = await startDaemon();
});
after(() => daemon.close());

test('logs that are followed end with the container, with every line', async () => {
  const id = await runContainer(daemon, {
    Cmd: ['sh', '-c', 'for i in $(seq 200); do echo $i; done; sleep 0.3; echo end'],
  });
  const answer = await daemon.call('GET', `/containers/${id}/logs?stdout=1&follow=1`);
  const lines = demultiplex(answer.body).stdout.trim().split('\n');
  assert.deepEqual([lines.length, lines[0], lines.at(-1)], [201, '1', 'end']);
});

test('logs begin and end where they are told to, by time and by lines', async () => {
  const id = await runContainer(daemon, { Cmd: ['sh', '-c', 'echo a; sleep 0.2; echo b; sleep 0.2; echo c'] });
  await exitCodeOf(daemon, id);
  const { stdout } = await logsOf(daemon, id, '&timestamps=1');
  const [, second = ''] = stdout.split('\n');
  const [time = ''] = second.split(' ');
  const seconds = `${Math.floor(Date.parse(time) / 1000)}.${/\.(\d{9})Z$/.exec(time)?.[1]}`;
  assert.equal((await logsOf(daemon, id, `&since=${seconds}`)).stdout, 'b\nc\n');
  assert.equal((await logsOf(daemon, id, `&until=${seconds}`)).stdout, 'a\nb\n');
  assert.equal((await logsOf(daemon, id, '&tail=1')).stdout, 'c\n');
  assert.equal((await logsOf(daemon, id, '&tail=0')).stdout, '');
});

test('a terminal’s log is what was on it', async () => {
  const id = await runContainer(daemon, { Cmd: ['echo', 'x'], Tty: true });
  await exitCodeOf(daemon, id);
  const answer = await daemon.call('GET', `/containers/${id}/logs?stdout=1`);
  assert.deepEqual([answer.headers['content-type'], answer.text()], ['application/vnd.docker.raw-stream', 'x\r\n']);
});

test('following a container does not keep a daemon from ending', async () => {
  const id = await runUntilStopped(daemon);
  const following = daemon.call('GET', `/containers/${id}/logs?stdout=1&follow=1`).catch((error: unknown) => error);
  const { status, milliseconds } = await daemon.stop();
  await following;
  assert.equal(status, 0);
  assert.ok(milliseconds < 2000, `${milliseconds} ms`);
  await daemon.start();
});
