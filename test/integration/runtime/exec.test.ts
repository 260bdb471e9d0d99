import assert from 'node:assert/strict';
import { existsSync } from 'node:fs';
import { rm } from 'node:fs/promises';
import { join } from 'node:path';
import { test } from 'node:test';
import { isEngineError } from '../../../src/errors/engine-error.ts';
import { type ExecId, randomId } from '../../../src/lib/ids.ts';
import { processesOf } from '../../support/leaks.ts';
import { outputOf, RuntimeFixture } from '../../support/runtime-fixture.ts';

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
