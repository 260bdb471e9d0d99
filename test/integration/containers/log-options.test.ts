import assert from 'node:assert/strict';
import { existsSync, readdirSync, statSync } from 'node:fs';
import { dirname, join } from 'node:path';
import { after, before, test } from 'node:test';
import { createContainer, exitCodeOf, logsOf, runContainer } from '../../support/containers.ts';
import { startDaemon, type TestDaemon } from '../../support/daemon.ts';
import { until } from '../../support/until.ts';

let daemon: TestDaemon;
before(async () => {
  daemon = await startDaemon();
});
after(() => daemon.close());

const logged = (config: object, Type = 'json-file') => ({ HostConfig: { LogConfig: { Type, Config: config } } });

/** So many numbered lines, with a pause after every hundred of them. */
function counting(lines: number): string[] {
  return [
    'sh',
    '-c',
    `i=0; while [ $i -lt ${lines} ]; do echo line $i; i=$((i+1)); [ $((i % 100)) = 0 ] && sleep 0.01; done`,
  ];
}

function numbersIn(text: string): number[] {
  return [...text.matchAll(/^line (\d+)$/gm)].map((match) => Number(match[1]));
}

async function logFiles(id: string): Promise<string[]> {
  const { LogPath } = (await daemon.call('GET', `/containers/${id}/json`)).json<{ LogPath: string }>();
  const names = readdirSync(dirname(LogPath)).filter((name) => name.startsWith('container.log'));
  return names.sort().map((name) => join(dirname(LogPath), name));
}

test('a log that is set aside again and again loses no line, neither for its follower nor later', async () => {
  const lines = 3000;
  const id = await runContainer(daemon, { Cmd: counting(lines), ...logged({ 'max-size': '20k', 'max-file': '100' }) });
  const expected = Array.from({ length: lines }, (_, index) => index);
  const followed = await logsOf(daemon, id, '&follow=1');
  assert.deepEqual(numbersIn(followed.stdout), expected);
  assert.equal(await exitCodeOf(daemon, id), 0);
  assert.ok((await logFiles(id)).length > 2, 'it was rotated more than once');
  assert.deepEqual(numbersIn((await logsOf(daemon, id)).stdout), expected);
  const tail = await logsOf(daemon, id, '&tail=1500');
  assert.deepEqual(numbersIn(tail.stdout), expected.slice(-1500));
});

test('no more files are kept than asked for, and the lines in them are the last', async () => {
  const lines = 3000;
  const id = await runContainer(daemon, { Cmd: counting(lines), ...logged({ 'max-size': '20k', 'max-file': '3' }) });
  assert.equal(await exitCodeOf(daemon, id), 0);
  const files = await logFiles(id);
  assert.ok(files.length <= 3, files.join());
  const numbers = numbersIn((await logsOf(daemon, id)).stdout);
  assert.ok(numbers.length < lines);
  assert.deepEqual(
    numbers,
    Array.from({ length: numbers.length }, (_, index) => lines - numbers.length + index),
  );
});

test('with compress, files that were set aside are compressed, and no line is lost', async () => {
  const script =
    'i=0; while [ ! -e /enough ]; do echo line $i; i=$((i+1)); [ $((i % 100)) = 0 ] && sleep 0.01; done; exit 0';
  const options = { 'max-size': '20k', 'max-file': '1000', compress: 'true' };
  const id = await runContainer(daemon, { Cmd: ['sh', '-c', script], ...logged(options) });
  const following = logsOf(daemon, id, '&follow=1');
  const compressed = async () => (await logFiles(id)).filter((path) => path.endsWith('.gz'));
  await until('two are compressed', async () => (await compressed()).length >= 2);
  const exec = await daemon.call('POST', `/containers/${id}/exec`, { body: { Cmd: ['touch', '/enough'] } });
  await daemon.call('POST', `/exec/${exec.json<{ Id: string }>().Id}/start`, { body: { Detach: true } });
  assert.equal(await exitCodeOf(daemon, id), 0);
  const followed = numbersIn((await following).stdout);
  assert.deepEqual(
    followed,
    Array.from({ length: followed.length }, (_, index) => index),
  );
  assert.deepEqual(numbersIn((await logsOf(daemon, id)).stdout), followed);
  const tail = Math.floor(followed.length / 2);
  assert.deepEqual(numbersIn((await logsOf(daemon, id, `&tail=${tail}`)).stdout), followed.slice(-tail));
});

test('with one file, the log begins anew when it is full', async () => {
  const id = await runContainer(daemon, { Cmd: counting(3000), ...logged({ 'max-size': '20k' }) });
  assert.equal(await exitCodeOf(daemon, id), 0);
  const [only, ...others] = await logFiles(id);
  assert.deepEqual(others, []);
  assert.ok(only !== undefined && statSync(only).size < 100_000);
});

test('a log that has grown while no daemon ran is rotated by the next one', async () => {
  const Cmd = ['sh', '-c', 'i=0; while [ $i -lt 2000 ]; do echo line $i; i=$((i+1)); done; echo done; sleep 1000'];
  const id = await createContainer(daemon, { Cmd, ...logged({ 'max-size': '10k', 'max-file': '9' }) });
  await daemon.call('POST', `/containers/${id}/start`);
  await daemon.kill();
  await daemon.start();
  await until('all is written', async () => (await logsOf(daemon, id)).stdout.endsWith('done\n'));
  await until('the log was set aside', async () => (await logFiles(id)).some((path) => path.endsWith('.1')));
  const numbers = numbersIn((await logsOf(daemon, id)).stdout);
  assert.deepEqual(
    numbers,
    Array.from({ length: 2000 }, (_, index) => index),
  );
  await daemon.call('DELETE', `/containers/${id}?force=1`);
});

test('the driver local keeps logs that can be read', async () => {
  const id = await runContainer(daemon, { Cmd: ['echo', 'hello'], ...logged({ 'max-size': '1m' }, 'local') });
  assert.equal(await exitCodeOf(daemon, id), 0);
  assert.equal((await logsOf(daemon, id)).stdout, 'hello\n');
});

test('what the log options tell of each line is shown when details are asked for', async () => {
  const options = { labels: 'a', 'env-regex': '^E', tag: '{{.Name}}/{{.ID}}' };
  const config = { Cmd: ['echo', 'hello'], Labels: { a: 'b c', d: 'e' }, Env: ['E=f', 'G=h'], ...logged(options) };
  const id = await runContainer(daemon, config);
  assert.equal(await exitCodeOf(daemon, id), 0);
  const { Name } = (await daemon.call('GET', `/containers/${id}/json`)).json<{ Name: string }>();
  const attributes = `E=f,a=b+c,tag=${Name.slice(1)}%2F${id.slice(0, 12)}`;
  assert.equal((await logsOf(daemon, id, '&details=1')).stdout, `${attributes} hello\n`);
  const timed = await logsOf(daemon, id, '&details=1&timestamps=1');
  assert.match(timed.stdout, /^\d{4}-\S+Z E=f,a=b\+c,\S+ hello\n$/);
  const plain = await runContainer(daemon, { Cmd: ['echo', 'hello'] });
  assert.equal(await exitCodeOf(daemon, plain), 0);
  assert.equal((await logsOf(daemon, plain, '&details=1')).stdout, ' hello\n');
});

test('a tag with a field that there is not is refused', async () => {
  const id = await createContainer(daemon, logged({ tag: '{{.Nope}}' }));
  const answer = await daemon.call('POST', `/containers/${id}/start`);
  assert.equal(answer.status, 500);
  assert.match(answer.text(), /failed to initialize logging driver: .*log-tag/);
});

test('the driver none keeps nothing, and says so', async () => {
  const id = await runContainer(daemon, { Cmd: ['echo', 'hello'], ...logged({}, 'none') });
  assert.equal(await exitCodeOf(daemon, id), 0);
  const answer = await daemon.call('GET', `/containers/${id}/logs?stdout=1`);
  assert.equal(answer.status, 501);
  assert.match(answer.text(), /configured logging driver does not support reading/);
});

test('the journal is refused where there is none', { skip: existsSync('/run/systemd/journal/socket') }, async () => {
  const id = await createContainer(daemon, logged({}, 'journald'));
  const answer = await daemon.call('POST', `/containers/${id}/start`);
  assert.equal(answer.status, 500);
  assert.match(answer.text(), /journald is not enabled on this host/);
});
