import assert from 'node:assert/strict';
import { execFileSync } from 'node:child_process';
import { once } from 'node:events';
import {
  mkdirSync,
  mkdtempSync,
  readdirSync,
  readFileSync,
  readlinkSync,
  rmSync,
  symlinkSync,
  writeFileSync,
} from 'node:fs';
import { Agent, get, type IncomingMessage } from 'node:http';
import { connect } from 'node:net';
import { join } from 'node:path';
import { buffer } from 'node:stream/consumers';
import { after, before, test } from 'node:test';
import {
  createContainer,
  exitCodeOf,
  logsOf,
  outputOf,
  runContainer,
  runUntilStopped,
} from '../../support/containers.ts';
import { startDaemon, type TestDaemon } from '../../support/daemon.ts';
import { until } from '../../support/until.ts';

let daemon: TestDaemon;
let folder: string;
before(async () => {
  daemon = await startDaemon();
  folder = mkdtempSync('/tmp/skt-archive-');
});
after(async () => {
  rmSync(folder, { recursive: true });
  await daemon.close();
});

const archiveUrl = (id: string, path: string, more = '') =>
  `/containers/${id}/archive?path=${encodeURIComponent(path)}${more}`;

async function statOf(id: string, path: string): Promise<Record<string, unknown>> {
  const answer = await daemon.call('HEAD', archiveUrl(id, path));
  assert.equal(answer.status, 200);
  return JSON.parse(Buffer.from(String(answer.headers['x-docker-container-path-stat']), 'base64').toString());
}

async function namesIn(id: string, path: string): Promise<string[]> {
  const answer = await daemon.call('GET', archiveUrl(id, path));
  assert.equal(answer.status, 200, answer.text());
  return execFileSync('tar', ['-tP'], { input: answer.body }).toString().trim().split('\n');
}

function tarOf(...args: string[]): Buffer {
  return execFileSync('tar', ['-c', '-P', '-C', folder, ...args], { maxBuffer: 16 * 1024 * 1024 });
}

/** Asks for an archive and reads nothing of it. */
async function begin(id: string, path: string): Promise<IncomingMessage> {
  const request = get({ socketPath: daemon.socketPath, path: archiveUrl(id, path) });
  const [response] = (await once(request, 'response')) as [IncomingMessage];
  // The daemon goes away in the middle of it, or the test does.
  request.on('error', () => undefined);
  response.on('error', () => undefined);
  return response;
}

async function put(id: string, path: string, body: Buffer, more = '') {
  const answer = await daemon.call('PUT', archiveUrl(id, path, more), { body });
  return { status: answer.status, message: answer.status === 200 ? '' : answer.json<{ message: string }>().message };
}

test('files go into a container that was never started, come out again, and are there when it runs', async () => {
  writeFileSync(join(folder, 'in'), 'hello');
  const id = await createContainer(daemon, { Cmd: ['cat', '/tmp/in'] });
  assert.equal((await put(id, '/tmp', tarOf('in'))).status, 200);
  const answer = await daemon.call('GET', archiveUrl(id, '/tmp/in'));
  assert.equal(execFileSync('tar', ['-xO'], { input: answer.body }).toString(), 'hello');
  await daemon.call('POST', `/containers/${id}/start`);
  assert.equal(await exitCodeOf(daemon, id), 0);
  assert.equal((await logsOf(daemon, id)).stdout, 'hello');
  assert.equal((await statOf(id, '/tmp/in'))['size'], 5);
});

test('paths mean what they mean to docker: slashes and dots at their end, symbolic links, the root', async () => {
  const id = await runContainer(daemon, {
    Cmd: ['sh', '-c', 'mkdir -p /d/e; echo x > /d/f; ln -s /d /l; ln -s /nowhere /n; sleep 1000'],
  });
  while ((await daemon.call('HEAD', archiveUrl(id, '/n'))).status !== 200) continue;
  assert.deepEqual(await namesIn(id, '/d'), ['d/', 'd/e/', 'd/f']);
  assert.deepEqual(await namesIn(id, '/d/.'), ['./', './e/', './f']);
  assert.deepEqual(await namesIn(id, '/l'), ['l']);
  assert.deepEqual(await namesIn(id, 'l/'), ['l/', 'l/e/', 'l/f']);
  assert.equal((await statOf(id, '/l'))['linkTarget'], '/d');
  assert.equal((await statOf(id, '/n'))['linkTarget'], '/nowhere');
  assert.equal((await statOf(id, '/'))['name'], '/');
  assert.equal((await namesIn(id, '/'))[0], '/');
});

test('the files that the engine mounts are read as the container sees them', async () => {
  const id = await runUntilStopped(daemon, { Hostname: 'seen' });
  const answer = await daemon.call('GET', archiveUrl(id, '/etc/hostname'));
  assert.equal(execFileSync('tar', ['-xO'], { input: answer.body }).toString(), 'seen\n');
});

test('a running container is looked at as one that stands, links and mounts included', async () => {
  const HostConfig = { Tmpfs: { '/mnt': '' } };
  const script = 'ln -s /etc /link; ln -s /nowhere /dangling; mkdir /mnt/in; exec sleep 1000';
  const id = await runContainer(daemon, { Cmd: ['sh', '-c', script], HostConfig });
  await until('it has made them', async () => (await daemon.call('HEAD', archiveUrl(id, '/mnt/in'))).status === 200);
  const names = async (path: string) => (await statOf(id, path))['name'];
  assert.deepEqual(await Promise.all(['/', '/etc/', '/link/passwd', '/mnt/in'].map(names)), [
    '/',
    'etc',
    'passwd',
    'in',
  ]);
  assert.equal((await statOf(id, '/link'))['linkTarget'], '/etc');
  for (const path of ['/nope', '/dangling/x', '/etc/passwd/x']) {
    const { status } = await daemon.call('HEAD', archiveUrl(id, path));
    assert.equal(status, path === '/etc/passwd/x' ? 500 : 404, path);
  }
});

test('an archive is whole on a connection that is used again, and for a client of HTTP/1.0', async () => {
  const id = await runContainer(daemon, { Cmd: ['sleep', '1000'] });
  await put(id, '/tmp', largeArchive());
  const path = archiveUrl(id, '/tmp/large');
  const agent = new Agent({ keepAlive: true, maxSockets: 1 });
  const archives: Buffer[] = [];
  const sockets = new Set<unknown>();
  for (const _ of [1, 2]) {
    const request = get({ socketPath: daemon.socketPath, path, agent });
    const [response] = (await once(request, 'response')) as [IncomingMessage];
    sockets.add(request.socket);
    archives.push(await buffer(response));
  }
  agent.destroy();
  assert.equal(sockets.size, 1);
  const old = connect(daemon.socketPath);
  old.write(`GET ${path} HTTP/1.0\r\n\r\n`);
  const answer = await buffer(old);
  archives.push(answer.subarray(answer.indexOf('\r\n\r\n') + 4));
  for (const archive of archives) {
    assert.equal(execFileSync('tar', ['-t'], { input: archive }).toString(), 'large\n');
    assert.deepEqual(archive, archives[0]);
  }
});

/** More than a connection holds. */
function largeArchive(): Buffer {
  writeFileSync(join(folder, 'large'), Buffer.alloc(3 * 1024 * 1024, 'large'));
  return tarOf('large');
}

test('no symbolic link leads out of a container, on the way in or out', async () => {
  const secret = join(folder, 'secret');
  mkdirSync(secret);
  writeFileSync(join(secret, 'file'), 'of the host');
  const script = `ln -s ${folder}/secret /direct; ln -s ../../../../../../../..${folder}/secret /up; sleep 1000`;
  const id = await runContainer(daemon, { Cmd: ['sh', '-c', script] });
  while ((await daemon.call('HEAD', archiveUrl(id, '/up'))).status !== 200) continue;
  for (const path of ['/direct/file', '/up/file', '/direct/', '/up/.', '/../../..' + secret]) {
    assert.equal((await daemon.call('GET', archiveUrl(id, path))).status, 404, path);
    assert.equal((await put(id, path, tarOf('in'))).status, 404, path);
  }
  symlinkSync(secret, join(folder, 'trap'));
  const trap = execFileSync('tar', ['-c', '-C', folder, 'trap', '--transform', 's,^in$,trap/file,', 'in']);
  assert.equal((await put(id, '/tmp', trap)).status, 500);
  assert.equal(readFileSync(join(secret, 'file'), 'utf8'), 'of the host');
});

test('compressed archives go in one after the other, and nothing of the container is held then', async () => {
  writeFileSync(join(folder, 'packed'), 'unpacked\n');
  const id = await createContainer(daemon, { Cmd: ['cat', '/tmp/packed', '/var/packed'] });
  assert.equal((await put(id, '/tmp', tarOf('-z', 'packed'))).status, 200);
  assert.equal((await put(id, '/var', tarOf('--zstd', 'packed'))).status, 200);
  assert.deepEqual(await namesIn(id, '/var/packed'), ['packed']);
  const broken = await put(id, '/tmp', tarOf('-z', 'packed').subarray(0, 40));
  assert.equal(broken.status, 500, broken.message);
  await daemon.call('POST', `/containers/${id}/start`);
  assert.equal(await exitCodeOf(daemon, id), 0);
  assert.equal((await logsOf(daemon, id)).stdout, 'unpacked\nunpacked\n');
});

test('entries that would leave the folder they go into are refused', async () => {
  const id = await createContainer(daemon, {});
  const refused = await put(id, '/tmp', tarOf('--transform', 's,^,../../,', 'in'));
  assert.deepEqual(refused, { status: 500, message: '"../../in" is outside of "/tmp"' });
});

test('a folder and anything else replace each other only when that is not forbidden', async () => {
  mkdirSync(join(folder, 'both'));
  const id = await createContainer(daemon, {});
  assert.equal((await put(id, '/tmp', tarOf('--transform', 's,in,both,', 'in'))).status, 200);
  assert.deepEqual(await put(id, '/tmp', tarOf('both'), '&noOverwriteDirNonDir=1'), {
    status: 500,
    message: 'cannot overwrite non-directory "/tmp/both" with directory "/tmp"',
  });
  assert.equal((await put(id, '/tmp', tarOf('both'))).status, 200);
  assert.deepEqual(await namesIn(id, '/tmp/both'), ['both/']);
});

test('what cannot be read or written is refused with the reason', async () => {
  const id = await createContainer(daemon, { HostConfig: { ReadonlyRootfs: true } });
  assert.deepEqual(await put(id, '/tmp', tarOf('in')), {
    status: 500,
    message: 'container rootfs is marked read-only',
  });
  const plain = await createContainer(daemon, {});
  assert.deepEqual(await put(plain, '/nope', tarOf('in')), {
    status: 404,
    message: `Could not find the file /nope in container ${plain}`,
  });
  assert.equal((await put(plain, '/etc/group', tarOf('in'))).message, 'extraction point is not a directory');
  assert.equal((await put(plain, '/etc/group/', tarOf('in'))).message, 'lstat /etc/group/: not a directory');
  assert.equal((await put(plain, '/tmp', Buffer.from('garbage'.repeat(200)))).status, 500);
});

test('a file that the engine mounts cannot be replaced', async () => {
  const id = await runContainer(daemon, { Cmd: ['sleep', '1000'] });
  writeFileSync(join(folder, 'hosts'), '127.0.0.1 me\n');
  const refused = await put(id, '/etc', tarOf('hosts'));
  assert.deepEqual(refused, { status: 500, message: 'unlinkat /etc/hosts: device or resource busy' });
});

test('owners stay as in the archive, or become the user of the container', async () => {
  const id = await createContainer(daemon, { User: '99:98', Cmd: ['ls', '-ln', '/tmp'] });
  const body = tarOf('--owner=7', '--group=8', 'in');
  await put(id, '/tmp', body);
  await put(id, '/tmp', tarOf('--owner=7', '--group=8', '--transform', 's,in,mine,', 'in'), '&copyUIDGID=1');
  await daemon.call('POST', `/containers/${id}/start`);
  await exitCodeOf(daemon, id);
  const { stdout } = await logsOf(daemon, id);
  assert.match(stdout, / 7 +8 .* in\n/);
  assert.match(stdout, / 99 +98 .* mine\n/);
});

test('a container whose files somebody stops reading half-way starts all the same', async () => {
  const id = await createContainer(daemon, { Cmd: ['true'] });
  const response = await begin(id, '/');
  response.destroy();
  assert.equal((await daemon.call('POST', `/containers/${id}/start`)).status, 204);
  assert.equal(await exitCodeOf(daemon, id), 0);
});

test('clients that leave before their answer begins keep nothing open in the daemon', async () => {
  const id = await runContainer(daemon, { Cmd: ['sleep', '1000'] });
  const leave = (version: number) => {
    const client = connect(daemon.socketPath);
    client.end(`GET ${archiveUrl(id, '/etc')} HTTP/1.${version}\r\nHost: x\r\n\r\n`).resume();
    return once(client, 'close');
  };
  // One of the versions is answered by the daemon itself.
  await Promise.all(Array.from({ length: 10 }, (_, count) => leave(count % 2)));
  await until(
    'no view of the container is held',
    () => !descriptorsOf(daemon.pid).some((link) => link.startsWith('mnt:')),
  );
});

function descriptorsOf(pid: number): string[] {
  return readdirSync(`/proc/${pid}/fd`).map((fd) => {
    try {
      return readlinkSync(`/proc/${pid}/fd/${fd}`);
    } catch {
      return ''; // ENOENT: closed meanwhile
    }
  });
}

test('SIGKILL of the daemon in the middle of a copy leaves nothing mounted', async () => {
  const id = await createContainer(daemon, { Cmd: ['true'] });
  await begin(id, '/bin');
  await daemon.kill();
  await daemon.start();
  assert.ok(!readFileSync('/proc/self/mountinfo', 'utf8').includes(`${id}/merged`));
  assert.equal(await outputOf(daemon, { Cmd: ['echo', 'ok'] }), 'ok\n');
});
