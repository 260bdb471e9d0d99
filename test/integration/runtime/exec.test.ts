import assert from 'node:assert/strict';
import { existsSync } from 'node:fs';
import { rm } from 'node:fs/promises';
import { join } from 'node:path';
import { test } from 'node:test';
import { isEngineError } from '../../../src/errors/engine-error.ts';
import { type ExecId, randomId } from '../../../src/lib/ids.ts';
import { processesOf } from '../../support/leaks.ts';
import { outputOf, RuntimeFixture } from '../../support/runtime-fixture.ts';
import { until } from '../../support/until.ts';

const fixture = await RuntimeFixture.open();
const { id } = await fixture.run(['sleep', '1000']);

test('an exec’s output is there from the first byte, and so is its exit code', async () => {
  const execId = randomId<ExecId>();
  const { stream } = await fixture.exec(id, ['sh', '-c', 'echo out; echo err >&2; exit 5'], { execId });
  assert.deepEqual(await outputOf(stream), { stdout: 'out\n', stderr: 'err\n' });
  assert.equal((await fixture.runtime.waitExec(id, execId)).exitCode, 5);
  await fixture.runtime.deleteExec(id, execId);
  await fixture.runtime.deleteExec(id, execId);
  await assert.rejects(fixture.runtime.waitExec(id, execId), (error) => isEngineError(error, 'not_found'));
});

test('closing standard input ends an exec that reads it', async () => {
  const { stream } = await fixture.exec(id, ['cat'], { stdin: true });
  stream.input.end(Buffer.alloc(1_000_000, 'z'));
  assert.equal((await outputOf(stream)).stdout.length, 1_000_000);
});

test('an exec with a terminal loses nothing however short it is', async () => {
  for (let round = 0; round < 5; round++) {
    const execId = randomId<ExecId>();
    const { stream } = await fixture.exec(id, ['echo', 'quick'], { execId, terminal: true });
    assert.equal((await outputOf(stream)).stdout, 'quick\r\n');
    assert.equal((await fixture.runtime.waitExec(id, execId)).exitCode, 0);
  }
});

for (const terminal of [false, true]) {
  test(`a missing command is refused in Docker’s words${terminal ? ' with a terminal' : ''}`, async () => {
    await assert.rejects(fixture.exec(id, ['nope'], { terminal }), (error: Error) => {
      assert.equal(
        error.message,
        'OCI runtime exec failed: exec failed: unable to start container process: exec: "nope": executable file not found in $PATH: unknown',
      );
      return isEngineError(error, 'invalid_argument');
    });
  });
}

test('an exec that is deleted while it runs is killed', async () => {
  const execId = randomId<ExecId>();
  const { stream } = await fixture.exec(id, ['sleep', '1000'], { execId });
  const output = outputOf(stream);
  await fixture.runtime.deleteExec(id, execId);
  assert.deepEqual(await output, { stdout: '', stderr: '' });
});

test('an exec whose record a dying daemon could not write is killed with what it has started', async () => {
  const execId = randomId<ExecId>();
  const { stream } = await fixture.exec(id, ['sh', '-c', 'sleep 903 & sleep 904'], { execId });
  const output = outputOf(stream);
  await rm(join(fixture.execRoot, 'containers', id, 'execs', execId, 'monitor.json'));
  await fixture.runtime.killExec(id, execId);
  // The output ends when none of them holds it any more.
  assert.deepEqual(await output, { stdout: '', stderr: '' });
  await fixture.runtime.deleteExec(id, execId);
});

test('nothing can be executed in a container that has ended', async () => {
  const ended = await fixture.run(['true']);
  await fixture.runtime.wait(ended.id);
  await assert.rejects(fixture.exec(ended.id, ['true']), (error) => isEngineError(error, 'conflict'));
  await fixture.runtime.delete(ended.id);
});

test('an exec whose process cannot be told leaves no monitor and no file', async () => {
  const execId = randomId<ExecId>();
  const process = Promise.reject(new Error('no such user'));
  await assert.rejects(fixture.exec(id, ['true'], { execId, process }), { message: 'no such user' });
  assert.ok(!existsSync(join(fixture.execRoot, 'containers', id, 'execs', execId)));
  assert.deepEqual(processesOf(join(fixture.execRoot, 'containers', id, 'execs', execId)), []);
});

const announcement = { id, terminal: false, stdin: false, stdinOnce: true, ociRuntime: 'crun' };
const directoryOf = (execId: ExecId) => join(fixture.execRoot, 'containers', id, 'execs', execId);
const monitorsOf = (execId: ExecId) => processesOf(directoryOf(execId));

/** The exec's monitor is loaded, and waits to be told what to run. */
async function announced(): Promise<ExecId> {
  const execId = fixture.runtime.anticipateExec(announcement);
  await until('the monitor is there', () => monitorsOf(execId).length > 0);
  return execId;
}

test('an exec that was announced runs in the monitor that waits for it', async () => {
  const execId = await announced();
  const [monitor] = monitorsOf(execId);
  const { stream } = await fixture.exec(id, ['echo', 'there'], { execId });
  assert.deepEqual(await outputOf(stream), { stdout: 'there\n', stderr: '' });
  assert.equal((await fixture.runtime.waitExec(id, execId)).exitCode, 0);
  assert.ok(!monitorsOf(execId).includes(monitor ?? ''));
  await fixture.runtime.deleteExec(id, execId);
});

test('an exec that was announced and is started after its monitor was given up runs as any other', async () => {
  const execId = await announced();
  await until('it is given up', () => monitorsOf(execId).length === 0 && !existsSync(directoryOf(execId)));
  const { stream } = await fixture.exec(id, ['echo', 'late'], { execId });
  assert.deepEqual(await outputOf(stream), { stdout: 'late\n', stderr: '' });
  await fixture.runtime.deleteExec(id, execId);
});

test('a monitor waits for the exec that comes behind another, and for no other kind', async () => {
  const first = await announced();
  await outputOf((await fixture.exec(id, ['true'], { execId: first })).stream);
  await fixture.runtime.waitExec(id, first);
  const waiting = () => processesOf(join(fixture.execRoot, 'containers', id, 'execs'));
  // With what it has forked to become the OCI runtime.
  await until('one waits', () => waiting().length === 2);
  const spare = waiting();
  const other = fixture.runtime.anticipateExec({ ...announcement, terminal: true });
  const next = fixture.runtime.anticipateExec(announcement);
  assert.deepEqual(monitorsOf(next), spare);
  for (const monitor of monitorsOf(other)) assert.ok(!spare.includes(monitor));
});

test('what waits for a container’s execs goes with the container', async () => {
  const container = await fixture.run(['sleep', '1000']);
  const execId = fixture.runtime.anticipateExec({ ...announcement, id: container.id });
  await fixture.runtime.kill(container.id, 9);
  await fixture.runtime.wait(container.id);
  await fixture.runtime.delete(container.id);
  assert.deepEqual(processesOf(join(fixture.execRoot, 'containers', container.id)), []);
  await assert.rejects(fixture.exec(container.id, ['true'], { execId }), (error) => isEngineError(error, 'not_found'));
});
