import assert from 'node:assert/strict';
import { createHash, randomBytes } from 'node:crypto';
import { readdirSync } from 'node:fs';
import { pipeline } from 'node:stream/promises';
import { after, before, test } from 'node:test';
import { createContainer, exitCodeOf, runUntilStopped } from '../../support/containers.ts';
import { startDaemon, type TestDaemon } from '../../support/daemon.ts';
import { demultiplex } from '../../support/frames.ts';
import { openSession } from '../../support/session.ts';
import { until } from '../../support/until.ts';

let daemon: TestDaemon;
before(async () => {
  daemon = await startDaemon();
});
after(() => daemon.close());

const everything = 'stream=1&stdin=1&stdout=1&stderr=1';

test('a client that attaches before the start gets both streams from the first byte', async () => {
  const id = await createContainer(daemon, { Cmd: ['sh', '-c', 'echo out; echo err >&2'] });
  const session = await openSession(daemon.socketPath, `/containers/${id}/attach?${everything}`);
  assert.equal(session.contentType, 'application/vnd.docker.multiplexed-stream');
  const rest = session.rest();
  await daemon.call('POST', `/containers/${id}/start`);
  assert.deepEqual(demultiplex(await rest), { stdout: 'out\n', stderr: 'err\n' });
});

test('twenty megabytes go in, the end of input is seen, and all of it comes back', async () => {
  const data = randomBytes(20 * 1024 * 1024);
  const id = await createContainer(daemon, { Cmd: ['cat'], OpenStdin: true, StdinOnce: true, Tty: false });
  const { connection, rest } = await openSession(daemon.socketPath, `/containers/${id}/attach?${everything}`);
  const received = rest();
  await daemon.call('POST', `/containers/${id}/start`);
  await pipeline([data], connection, { end: true });
  const hash = createHash('sha256');
  const body = await received;
  for (let at = 0; at < body.length; ) {
    const length = body.readUInt32BE(at + 4);
    hash.update(body.subarray(at + 8, at + 8 + length));
    at += 8 + length;
  }
  assert.equal(hash.digest('hex'), createHash('sha256').update(data).digest('hex'));
  assert.equal(await exitCodeOf(daemon, id), 0);
});

test('several clients get the same output, and logs=1 brings what was before', async () => {
  const id = await runUntilStopped(daemon);
  const query = 'logs=1&stream=1&stdout=1';
  const sessions = await Promise.all(
    [1, 2].map(() => openSession(daemon.socketPath, `/containers/${id}/attach?${query}`)),
  );
  const received = sessions.map(({ rest }) => rest());
  await daemon.call('POST', `/containers/${id}/stop`);
  for (const body of received) assert.equal(demultiplex(await body).stdout, 'ready\n');
});

test('clients that hang up, before the start or during a run, hold nothing in the daemon', async () => {
  const waiting = await createContainer(daemon, { Cmd: ['true'] });
  const id = await runUntilStopped(daemon);
  const descriptors = () => readdirSync(`/proc/${daemon.pid}/fd`).length;
  const before = descriptors();
  for (const container of [waiting, id, waiting, id]) {
    const { connection } = await openSession(daemon.socketPath, `/containers/${container}/attach?${everything}`);
    connection.destroy();
  }
  await until(`as many descriptors as before: ${before}`, () => descriptors() <= before);
});

test('what cannot be attached to is refused before the connection is taken over', async () => {
  const id = await createContainer(daemon, { Cmd: ['true'] });
  const bad = await daemon.call('POST', `/containers/${id}/attach?stream=1&detachKeys=nope`);
  assert.deepEqual([bad.status, bad.text()], [400, 'Invalid detach keys (nope) provided\r\n']);
  const missing = await daemon.call('POST', '/containers/nope/attach?stream=1');
  assert.deepEqual([missing.status, missing.text()], [404, 'No such container: nope\r\n']);
});

test('a client that is still sending when the container ends gets its output and no reset', async () => {
  const id = await createContainer(daemon, {
    Cmd: ['sh', '-c', 'sleep 0.3; echo done'],
    OpenStdin: true,
    StdinOnce: true,
  });
  const { connection, rest } = await openSession(daemon.socketPath, `/containers/${id}/attach?${everything}`);
  const received = rest();
  await daemon.call('POST', `/containers/${id}/start`);
  const sending = setInterval(() => connection.write(Buffer.alloc(64 * 1024)), 1);
  connection.once('end', () => clearInterval(sending));
  assert.equal(demultiplex(await received).stdout, 'done\n');
  connection.end();
});
