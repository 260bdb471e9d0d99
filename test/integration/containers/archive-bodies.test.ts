import assert from 'node:assert/strict';
import { execFileSync } from 'node:child_process';
import { once } from 'node:events';
import { existsSync, mkdtempSync, readdirSync, readFileSync, readlinkSync, rmSync, writeFileSync } from 'node:fs';
import { connect } from 'node:net';
import { join } from 'node:path';
import { buffer } from 'node:stream/consumers';
import { after, before, test } from 'node:test';
import { createContainer, runContainer } from '../../support/containers.ts';
import { startDaemon, type TestDaemon } from '../../support/daemon.ts';
import { until } from '../../support/until.ts';

let daemon: TestDaemon;
let folder: string;
before(async () => {
  daemon = await startDaemon();
  folder = mkdtempSync('/tmp/skt-archive-');
  writeFileSync(join(folder, 'in'), 'hello');
});
after(async () => {
  rmSync(folder, { recursive: true });
  await daemon.close();
});

const archiveUrl = (id: string, path: string, more = '') =>
  `/containers/${id}/archive?path=${encodeURIComponent(path)}${more}`;

function tarOf(...args: string[]): Buffer {
  return execFileSync('tar', ['-c', '-P', '-C', folder, ...args], { maxBuffer: 16 * 1024 * 1024 });
}

/** More than a connection holds. */
function largeArchive(): Buffer {
  writeFileSync(join(folder, 'large'), Buffer.alloc(3 * 1024 * 1024, 'large'));
  return tarOf('large');
}

async function put(id: string, path: string, body: Buffer, more = '') {
  const answer = await daemon.call('PUT', archiveUrl(id, path, more), { body });
  return { status: answer.status, message: answer.status === 200 ? '' : answer.json<{ message: string }>().message };
}

/** Sends a request as it stands; resolves with all that comes back until the connection is closed. */
async function raw(id: string, head: readonly string[], pieces: readonly (string | Buffer)[]): Promise<string> {
  const client = connect(daemon.socketPath);
  const answer = buffer(client);
  client.write([`PUT ${archiveUrl(id, '/tmp')} HTTP/1.1`, 'Host: x', ...head, '', ''].join('\r\n'));
  for (const piece of pieces) {
    client.write(piece);
    await new Promise((resolve) => setImmediate(resolve));
  }
  return (await answer).toString();
}

const chunk = (bytes: Buffer) =>
  Buffer.concat([Buffer.from(`${bytes.length.toString(16)}\r\n`), bytes, Buffer.from('\r\n')]);

test('a body is taken as it comes, in chunks or by its length, and ends its connection', async () => {
  const id = await runContainer(daemon, { Cmd: ['sleep', '1000'] });
  const archive = largeArchive();
  const halves = [archive.subarray(0, 100_001), archive.subarray(100_001)] as const;
  const smuggled = `DELETE /containers/${id}?force=1 HTTP/1.1\r\nHost: x\r\n\r\n`;
  const ways: [readonly string[], readonly (string | Buffer)[]][] = [
    [['Transfer-Encoding: chunked'], [chunk(halves[0]), chunk(halves[1]), `0\r\n\r\n${smuggled}`]],
    [[`Content-Length: ${archive.length}`], [halves[0], Buffer.concat([halves[1], Buffer.from(smuggled)])]],
  ];
  for (const [head, pieces] of ways) {
    assert.equal((await put(id, '/tmp', tarOf('in', '--transform', 's,in,large,'))).status, 200);
    const answer = await raw(id, head, pieces);
    assert.match(answer, /^HTTP\/1.1 200 OK\r\n/);
    assert.match(answer, /\r\nConnection: close\r\n/i);
    assert.equal(answer.split('HTTP/1.1').length, 2, 'what follows the body is no request');
    const { headers } = await daemon.call('HEAD', archiveUrl(id, '/tmp/large'));
    const stat = Buffer.from(String(headers['x-docker-container-path-stat']), 'base64').toString();
    assert.match(stat, /"size":3145728,/);
  }
});

test('a client that waits to be asked for its body, and one of HTTP/1.0, are served', async () => {
  const id = await createContainer(daemon, {});
  const archive = tarOf('in');
  const waiting = await raw(
    id,
    ['Expect: 100-continue', 'Connection: close', `Content-Length: ${archive.length}`],
    [archive],
  );
  assert.match(waiting, /^HTTP\/1.1 100 Continue\r\n\r\nHTTP\/1.1 200 OK\r\n/);
  const old = connect(daemon.socketPath);
  old.write(`PUT ${archiveUrl(id, '/tmp')} HTTP/1.0\r\nContent-Length: ${archive.length}\r\n\r\n`);
  old.write(archive);
  assert.match((await buffer(old)).toString(), /^HTTP\/1.1 200 OK\r\n/);
});

test('a body that is malformed or cut short is refused, and the container is let go of', async () => {
  const id = await createContainer(daemon, {});
  const malformed = await raw(id, ['Transfer-Encoding: chunked'], ['5\nhello']);
  assert.match(malformed, /^HTTP\/1.1 500 [^]*malformed chunked encoding/);
  for (const head of ['Transfer-Encoding: chunked, gzip', 'Content-Length: 5, 6', 'Content-Length: -1']) {
    assert.match(await raw(id, [head], []), /^HTTP\/1.1 400 /, head);
  }
  const both = ['Transfer-Encoding: chunked', 'Content-Length: 5'];
  assert.match(await raw(id, both, []), /^HTTP\/1.1 400 /);
  const client = connect(daemon.socketPath);
  client.write(`PUT ${archiveUrl(id, '/tmp')} HTTP/1.1\r\nHost: x\r\nContent-Length: 1000000\r\n\r\n`);
  client.end(largeArchive().subarray(0, 500_000));
  assert.match((await buffer(client)).toString(), /^HTTP\/1.1 500 [^]*unexpected E/);
  const leaving = connect(daemon.socketPath);
  leaving.write(`PUT ${archiveUrl(id, '/tmp')} HTTP/1.1\r\nHost: x\r\nTransfer-Encoding: chunked\r\n\r\n`);
  leaving.write(chunk(largeArchive().subarray(0, 500_000)), () => leaving.destroy());
  await once(leaving, 'close');
  assert.equal((await daemon.call('DELETE', `/containers/${id}`)).status, 204);
});

test('a client that sends much reads why it is refused', async () => {
  const id = await createContainer(daemon, { HostConfig: { ReadonlyRootfs: true } });
  assert.deepEqual(await put(id, '/tmp', largeArchive()), {
    status: 500,
    message: 'container rootfs is marked read-only',
  });
  assert.equal((await put(id, '/nope', largeArchive())).status, 404);
});

test('the process that copies is kept for the next copy, and holds nothing of a container meanwhile', async () => {
  const kept = async () => {
    const found = await until('one is kept', () => {
      const all = archiveProcesses(daemon.pid);
      return all.length === 1 ? all : undefined;
    });
    return Number(found[0]);
  };
  const stopped = await createContainer(daemon, {});
  const running = await runContainer(daemon, { Cmd: ['sleep', '1000'] });
  assert.equal((await put(stopped, '/tmp', tarOf('in'))).status, 200);
  const pid = await kept();
  assert.equal((await put(running, '/tmp', tarOf('in'))).status, 200);
  assert.equal((await put(running, '/nope', tarOf('in'))).status, 404);
  assert.equal((await daemon.call('GET', archiveUrl(running, '/tmp/in'))).status, 200);
  assert.equal(await kept(), pid);
  assert.equal(readlinkSync(`/proc/${pid}/ns/mnt`), readlinkSync(`/proc/${daemon.pid}/ns/mnt`));
  assert.deepEqual([readlinkSync(`/proc/${pid}/root`), readlinkSync(`/proc/${pid}/cwd`)], ['/', '/']);
  const held = descriptorsOf(pid).filter((link) => link.includes('merged') || link.startsWith('mnt:'));
  assert.deepEqual(held, [readlinkSync(`/proc/${daemon.pid}/ns/mnt`)]);
});

test('SIGKILL of the daemon while a client sends ends the process that reads it', async () => {
  const id = await createContainer(daemon, { Cmd: ['true'] });
  const client = connect(daemon.socketPath);
  client.on('error', () => undefined);
  client.write(`PUT ${archiveUrl(id, '/tmp')} HTTP/1.1\r\nHost: x\r\nTransfer-Encoding: chunked\r\n\r\n`);
  client.write(chunk(largeArchive()));
  await until('it unpacks', () => archiveProcesses(daemon.pid).length > 0);
  const [reader] = archiveProcesses(daemon.pid);
  await daemon.kill();
  await until('the process has ended', () => !existsSync(`/proc/${reader}`));
  client.destroy();
  await daemon.start();
  assert.equal((await daemon.call('DELETE', `/containers/${id}`)).status, 204);
});

function archiveProcesses(parent: number): string[] {
  const children = readFileSync(`/proc/${parent}/task/${parent}/children`, 'utf8').trim().split(' ');
  return children.filter((pid) => pid !== '' && commandOf(pid).includes('archive-process'));
}

function commandOf(pid: string): string {
  try {
    return readFileSync(`/proc/${pid}/cmdline`, 'utf8');
  } catch {
    return ''; // ENOENT: it has ended
  }
}

function descriptorsOf(pid: number): string[] {
  return readdirSync(`/proc/${pid}/fd`).map((fd) => {
    try {
      return readlinkSync(`/proc/${pid}/fd/${fd}`);
    } catch {
      return ''; // ENOENT: closed meanwhile
    }
  });
}
