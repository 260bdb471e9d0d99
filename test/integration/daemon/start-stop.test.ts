import assert from 'node:assert/strict';
import { once } from 'node:events';
import { existsSync, mkdirSync, readFileSync, statSync, writeFileSync } from 'node:fs';
import { type IncomingMessage, request } from 'node:http';
import { type AddressInfo, createServer } from 'node:net';
import { join } from 'node:path';
import { after, before, test } from 'node:test';
import { fileURLToPath } from 'node:url';
import { runCommand } from '../../support/command.ts';
import { startDaemon, type TestDaemon } from '../../support/daemon.ts';
import { daemonTag, findLeaks } from '../../support/leaks.ts';

const skiffd = fileURLToPath(new URL('../../../bin/skiffd', import.meta.url));

let daemon: TestDaemon;
before(async () => {
  daemon = await startDaemon();
});
after(() => daemon.close());

/** A second daemon that shares what is named with the first one. */
function secondDaemon(shared: { data?: boolean; run?: boolean; socket?: boolean }) {
  return runCommand(skiffd, [
    '--data-root',
    shared.data === true ? daemon.dataRoot : join(daemon.root, 'data2'),
    '--exec-root',
    shared.run === true ? daemon.execRoot : join(daemon.root, 'run2'),
    '-H',
    `unix://${shared.socket === true ? daemon.socketPath : join(daemon.root, 'second.sock')}`,
    '--pidfile',
    join(daemon.root, 'pid2'),
  ]);
}

test('a second daemon on the same data root is refused, and told whose it is', async () => {
  const second = await secondDaemon({ data: true });
  assert.equal(second.status, 1);
  assert.match(
    second.stderr,
    new RegExp(`data root ${daemon.dataRoot} is in use by another skiffd \\(process ${daemon.pid}\\)`),
  );
  assert.equal((await daemon.call('GET', '/_ping')).status, 200);
});

test('a second daemon on the same exec root is refused', async () => {
  const second = await secondDaemon({ run: true });
  assert.equal(second.status, 1);
  assert.match(second.stderr, /exec root .* is in use by another skiffd/);
});

test('the socket of a living daemon is not taken', async () => {
  const second = await secondDaemon({ socket: true });
  assert.equal(second.status, 1);
  assert.match(second.stderr, /can't create unix socket .*: another process listens on it/);
  const tag = daemonTag(join(daemon.root, 'data2'));
  assert.deepEqual(await findLeaks(join(daemon.root, 'data2'), tag), [], 'it has made nothing on the host yet');
  assert.equal((await daemon.call('GET', '/_ping')).status, 200);
});

test('the socket is for its owner and group alone, and the pidfile names the daemon', () => {
  assert.equal((statSync(daemon.socketPath).mode & 0o777).toString(8), '660');
  assert.equal(readFileSync(join(daemon.root, 'pid'), 'utf8').trim(), String(daemon.pid));
});

test('SIGTERM ends a daemon in under two seconds with status 0, even while clients follow events', async () => {
  const client = request({ socketPath: daemon.socketPath, path: '/events' });
  client.end();
  const [stream] = (await once(client, 'response')) as [IncomingMessage];
  stream.on('error', () => undefined);
  stream.resume();
  const { status, milliseconds } = await daemon.stop();
  assert.equal(status, 0, daemon.log());
  assert.ok(milliseconds < 2000, `${milliseconds} ms`);
  assert.equal(existsSync(daemon.socketPath), false);
  assert.equal(existsSync(join(daemon.root, 'pid')), false);
  await daemon.start();
});

test('after SIGKILL the next daemon takes over the socket and the pidfile, and keeps its identity', async () => {
  const before = (await daemon.call('GET', '/info')).json<{ ID: string }>().ID;
  await daemon.kill();
  assert.equal(existsSync(daemon.socketPath), true);
  await daemon.start();
  assert.equal((await daemon.call('GET', '/info')).json<{ ID: string }>().ID, before);
  assert.equal(readFileSync(join(daemon.root, 'pid'), 'utf8').trim(), String(daemon.pid));
});

test('a file in the place of the socket is left alone', async () => {
  const path = join(daemon.root, 'second.sock');
  writeFileSync(path, 'mine');
  const second = await secondDaemon({});
  assert.equal(second.status, 1);
  assert.match(second.stderr, /it exists and is no socket/);
  assert.equal(readFileSync(path, 'utf8'), 'mine');
});

test('one daemon serves on several addresses', async () => {
  const probe = createServer().listen(0, '127.0.0.1');
  await once(probe, 'listening');
  const { port } = probe.address() as AddressInfo;
  probe.close();
  await once(probe, 'close');
  const other = await startDaemon(['-H', `tcp://127.0.0.1:${port}`]);
  try {
    assert.match(other.log(), new RegExp(`API listen on 127\\.0\\.0\\.1:${port}`));
    assert.equal(await (await fetch(`http://127.0.0.1:${port}/v1.45/_ping`)).text(), 'OK');
    assert.equal((await other.call('GET', '/_ping')).text(), 'OK');
  } finally {
    await other.close();
  }
});

test('flags and configuration are checked before anything is touched', async () => {
  const unknown = await runCommand(skiffd, ['--data-rot=/x']);
  assert.equal(unknown.status, 125);
  assert.match(unknown.stderr, /unknown flag: --data-rot: did you mean --data-root\?/);
  assert.match((await runCommand(skiffd, ['--help'])).stdout, /--data-root path/);
  assert.match((await runCommand(skiffd, ['-v'])).stdout, /^Skiff version \d/);
  assert.equal((await runCommand(skiffd, ['--validate'])).stdout, 'configuration OK\n');
  const file = await runCommand(skiffd, ['--config-file', '/nowhere.json']);
  assert.equal(file.status, 1);
  assert.match(file.stderr, /unable to configure the Skiff daemon with file \/nowhere\.json/);
});

test('a start that fails leaves neither socket nor pidfile', async () => {
  const root = join(daemon.root, 'broken');
  mkdirSync(root);
  writeFileSync(join(root, 'state.db'), 'no database');
  const { status, stderr } = await runCommand(skiffd, [
    '--data-root',
    root,
    '--exec-root',
    join(daemon.root, 'broken-run'),
    '-H',
    `unix://${join(daemon.root, 'broken.sock')}`,
    '--pidfile',
    join(daemon.root, 'broken.pid'),
  ]);
  assert.equal(status, 1);
  assert.match(stderr, /failed to start daemon: .*state\.db cannot be read: file is not a database/);
  assert.equal(existsSync(join(daemon.root, 'broken.pid')), false);
  assert.equal(existsSync(join(daemon.root, 'broken.sock')), false);
});
