import assert from 'node:assert/strict';
import { readdirSync } from 'node:fs';
import { join } from 'node:path';
import { after, before, test } from 'node:test';
import { runUntilStopped } from '../../support/containers.ts';
import { startDaemon, type TestDaemon } from '../../support/daemon.ts';
import { demultiplex } from '../../support/frames.ts';
import { processesOf } from '../../support/leaks.ts';
import { openSession } from '../../support/session.ts';
import { until } from '../../support/until.ts';

let daemon: TestDaemon;
let container: string;
before(async () => {
  daemon = await startDaemon();
  container = await runUntilStopped(daemon, { Env: ['FROM=container'] });
});
after(() => daemon.close());

async function createExec(config: object): Promise<string> {
  const body = { AttachStdout: true, AttachStderr: true, ...config };
  const answer = await daemon.call('POST', `/containers/${container}/exec`, { body });
  assert.equal(answer.status, 201, answer.text());
  return answer.json<{ Id: string }>().Id;
}

async function exitCodeOf(exec: string): Promise<number | null> {
  return (await daemon.call('GET', `/exec/${exec}/json`)).json<{ ExitCode: number | null }>().ExitCode;
}

test('an exec has its own user, folder and variables beside those of the container', async () => {
  const exec = await createExec({
    Cmd: ['sh', '-c', 'id -u; pwd; echo $FROM $OWN; echo err >&2; exit 4'],
    User: '1000',
    WorkingDir: '/tmp',
    Env: ['OWN=exec'],
  });
  const { rest } = await openSession(daemon.socketPath, `/exec/${exec}/start`, { Detach: false });
  assert.deepEqual(demultiplex(await rest()), { stdout: '1000\n/tmp\ncontainer exec\n', stderr: 'err\n' });
  assert.equal(await exitCodeOf(exec), 4);
});

test('a user that is made between an exec’s creation and its start is found', async () => {
  const exec = await createExec({ Cmd: ['id', '-u'], User: 'late' });
  const adds = await createExec({ Cmd: ['sh', '-c', 'echo late:x:1234:1234::/:/bin/sh >> /etc/passwd'] });
  for (const id of [adds, exec]) {
    const { rest } = await openSession(daemon.socketPath, `/exec/${id}/start`, { Detach: false });
    assert.deepEqual(demultiplex(await rest()), { stdout: id === exec ? '1234\n' : '', stderr: '' });
  }
});

test('input that comes behind the request is not lost, and its end is seen', async () => {
  const exec = await createExec({ Cmd: ['wc', '-c'], AttachStdin: true });
  const { connection, rest } = await openSession(daemon.socketPath, `/exec/${exec}/start`, { Detach: false });
  const received = rest();
  connection.end(Buffer.alloc(3_000_000));
  assert.equal(demultiplex(await received).stdout, '3000000\n');
});

test('a terminal is one, and the detach keys leave the process running', async () => {
  const exec = await createExec({ Cmd: ['sh', '-c', 'tty; cat'], AttachStdin: true, Tty: true, DetachKeys: 'ctrl-x' });
  const { connection, rest } = await openSession(daemon.socketPath, `/exec/${exec}/start`, { Tty: true });
  connection.write(Buffer.from([0x18]));
  await rest();
  assert.equal(await exitCodeOf(exec), null);
  const { ExecIDs } = (await daemon.call('GET', `/containers/${container}/json`)).json<{ ExecIDs: string[] }>();
  assert.ok(ExecIDs.includes(exec));
});

test('a detached exec is answered when it runs, and its exit code is kept', async () => {
  const exec = await createExec({ Cmd: ['sh', '-c', 'exit 9'] });
  const answer = await daemon.call('POST', `/exec/${exec}/start`, { body: { Detach: true } });
  assert.equal(answer.status, 200, answer.text());
  assert.equal(await until('the exec has ended', async () => (await exitCodeOf(exec)) ?? undefined), 9);
  const again = await daemon.call('POST', `/exec/${exec}/start`, { body: { Detach: true } });
  assert.deepEqual([again.status, again.json().message], [409, `Error: Exec command ${exec} has already run`]);
});

test('an exec that was created and not started runs nothing when the daemon is killed', async () => {
  const exec = await createExec({ Cmd: ['touch', '/tmp/started-by-nobody'] });
  await until('its monitor waits', () => processesOf(exec).length > 0);
  await daemon.kill();
  await until('its monitor has ended', () => processesOf(exec).length === 0);
  await daemon.start();
  assert.ok(!readdirSync(join(daemon.execRoot, 'containers', container, 'execs')).includes(exec));
  const look = await createExec({ Cmd: ['ls', '/tmp/started-by-nobody'] });
  const { rest } = await openSession(daemon.socketPath, `/exec/${look}/start`, { Detach: false });
  assert.match(demultiplex(await rest()).stderr, /No such file/);
});
