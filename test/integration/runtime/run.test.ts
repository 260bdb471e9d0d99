import assert from 'node:assert/strict';
import { test } from 'node:test';
import { isEngineError } from '../../../src/errors/engine-error.ts';
import { outputOf, RuntimeFixture } from '../../support/runtime-fixture.ts';

const fixture = await RuntimeFixture.open();

test('a container goes from created over running to exited, and then is gone', async () => {
  const { runtime } = fixture;
  const id = await fixture.create(['cat'], { stdin: true });
  assert.equal((await runtime.inspect(id)).status, 'created');
  const stream = await runtime.attach(id);
  await runtime.start(id);
  assert.equal((await runtime.inspect(id)).status, 'running');
  stream.input.end('hello\n');
  assert.equal((await outputOf(stream)).stdout, 'hello\n');
  const exit = await runtime.wait(id);
  assert.equal(exit.exitCode, 0);
  assert.deepEqual(await runtime.inspect(id), { status: 'exited', exit });
  await runtime.delete(id);
  await runtime.delete(id);
  assert.deepEqual(await runtime.inspect(id), { status: 'gone' });
});

test('output comes by stream, and the exit code is the process’s own', async () => {
  const { id, stream } = await fixture.run(['sh', '-c', 'echo out; echo err >&2; exit 3']);
  assert.deepEqual(await outputOf(stream), { stdout: 'out\n', stderr: 'err\n' });
  assert.equal((await fixture.runtime.wait(id)).exitCode, 3);
  await fixture.runtime.delete(id);
});

test('a process that a signal ended has 128 and the signal as exit code', async () => {
  const { id } = await fixture.run(['sleep', '1000']);
  await fixture.runtime.kill(id, 9);
  assert.equal((await fixture.runtime.wait(id)).exitCode, 137);
  await assert.rejects(fixture.runtime.kill(id, 9), (error) => isEngineError(error, 'not_found'));
  await fixture.runtime.delete(id);
});

test('a signal for all reaches every process of the container', async () => {
  const { id, stream } = await fixture.run(['sh', '-c', 'sleep 1000 & echo up; wait; echo child gone']);
  const output = stream.output[Symbol.asyncIterator]();
  assert.equal((await output.next()).value?.data.toString(), 'up\n');
  await fixture.runtime.kill(id, 15, true);
  assert.equal((await output.next()).value?.data.toString(), 'child gone\n');
  await fixture.runtime.delete(id);
});

const refusals = [
  { what: 'not on PATH', args: ['nope'], text: 'exec: "nope": executable file not found in $PATH: unknown' },
  { what: 'not there', args: ['/nope'], text: 'exec: "/nope": stat /nope: no such file or directory: unknown' },
  { what: 'a directory', args: ['/etc'], text: 'exec: "/etc": is a directory: unknown: permission denied' },
];
for (const { what, args, text } of refusals) {
  for (const terminal of [false, true]) {
    const how = terminal ? ' with a terminal' : '';
    test(`a command that is ${what} is refused${how} in Docker’s words, and nothing is left`, async () => {
      const prefix =
        'failed to create task for container: failed to create shim task: OCI runtime create failed: crun create failed';
      await assert.rejects(fixture.create(args, { terminal }), (error: Error) => {
        assert.equal(error.message, `${prefix}: unable to start container process: ${text}`);
        return isEngineError(error, 'invalid_argument');
      });
    });
  }
}

test('a terminal has the size that was asked for, and can be resized', async () => {
  const consoleSize = { rows: 33, columns: 77 };
  const { id, stream } = await fixture.run(['sh', '-c', 'stty size; read x; stty size'], {
    terminal: true,
    stdin: true,
    consoleSize,
  });
  const output = stream.output[Symbol.asyncIterator]();
  assert.equal((await output.next()).value?.data.toString(), '33 77\r\n');
  await fixture.runtime.resize(id, { rows: 12, columns: 34 });
  stream.input.write('\n');
  let rest = '';
  for (let next = await output.next(); !next.done; next = await output.next()) rest += next.value.data.toString();
  assert.match(rest, /12 34\r\n$/);
  await fixture.runtime.delete(id);
  await assert.rejects(fixture.runtime.resize(id, consoleSize), (error) => isEngineError(error, 'not_found'));
});

test('capabilities and seccomp are the default ones, also from the second container on', async () => {
  for (let round = 0; round < 2; round++) {
    const { id, stream } = await fixture.run(['grep', '-E', 'CapEff|CapBnd|CapInh|Seccomp:', '/proc/self/status']);
    assert.equal(
      (await outputOf(stream)).stdout.replaceAll('\t', ' '),
      'CapInh: 0000000000000000\nCapEff: 00000000a80425fb\nCapBnd: 00000000a80425fb\nSeccomp: 2\n',
    );
    await fixture.runtime.delete(id);
  }
});
