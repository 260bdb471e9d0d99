import assert from 'node:assert/strict';
import { duplexPair } from 'node:stream';
import { text } from 'node:stream/consumers';
import { test } from 'node:test';
import { type ExecConfig, execConfig } from '../../api-types/exec.ts';
import { decodeBody } from '../../api-types/shape.ts';
import { isEngineError } from '../../errors/engine-error.ts';
import { FakeStream } from '../testing/fake-runtime.ts';
import { createRequest, running, testEngine } from '../testing/test-engine.ts';

const options = { consoleSize: undefined };

function execRequest(config: Partial<ExecConfig>): ExecConfig {
  return decodeBody(execConfig, { Cmd: ['sh', '-c', 'x'], AttachStdout: true, ...config });
}

test('an exec runs with its client attached, and its exit code is there when the client is let go', async (t) => {
  const engine = await testEngine(t);
  await running(engine, 'web');
  const exec = engine.containers.createExec('web', execRequest({}));
  assert.deepEqual((await engine.containers.inspect('web', { size: false })).ExecIDs, [exec]);
  const [connection, client] = duplexPair();
  const served = engine.containers.startExecAttached(exec, options).serve(connection);
  const received = text(client);
  await until(() => engine.containers.inspectExec(exec).Running);
  const stream = engine.runtime.processes.get(exec)?.streams[0];
  assert.ok(stream instanceof FakeStream);
  stream.say('hi');
  engine.runtime.end(exec, 3);
  await served;
  connection.end();
  assert.equal((await received).slice(8), 'hi');
  const { Running, ExitCode, Pid } = engine.containers.inspectExec(exec);
  assert.deepEqual([Running, ExitCode, Pid], [false, 3, 200]);
  assert.equal((await engine.containers.inspect('web', { size: false })).ExecIDs, null);
  assert.deepEqual(engine.events.slice(2), [
    `exec_create: sh -c x execID=${exec}`,
    `exec_start: sh -c x execID=${exec}`,
    `exec_die execID=${exec} exitCode=3`,
  ]);
});

test('what goes wrong after the head of the response is written to the client', async (t) => {
  const engine = await testEngine(t);
  await running(engine, 'web');
  const exec = engine.containers.createExec('web', execRequest({ Cmd: ['missing'], Tty: true }));
  const [connection, client] = duplexPair();
  await engine.containers.startExecAttached(exec, options).serve(connection);
  connection.end();
  assert.equal(await text(client), 'executable file not found in $PATH\r\n');
  assert.equal(engine.containers.inspectExec(exec).ExitCode, 126);
  await assert.rejects(engine.containers.startExecDetached(exec, options), {
    message: `Error: Exec command ${exec} has already run`,
  });
});

test('an exec without a client lets go of its stream, and its end is recorded', async (t) => {
  const engine = await testEngine(t);
  await running(engine, 'web');
  const exec = engine.containers.createExec('web', execRequest({}));
  await engine.containers.startExecDetached(exec, options);
  assert.equal(engine.runtime.processes.get(exec)?.streams[0]?.closed, true);
  engine.runtime.end(exec, 0);
  await until(() => engine.containers.inspectExec(exec).ExitCode === 0);
});

test('an exec needs a container that runs, and a command', async (t) => {
  const engine = await testEngine(t);
  const { id } = await engine.containers.create(createRequest('web'));
  assert.throws(
    () => engine.containers.createExec(id, execRequest({})),
    (error) => isEngineError(error, 'conflict') && error.message === `container ${id} is not running`,
  );
  assert.throws(
    () => engine.containers.createExec(id, execRequest({ Cmd: [] })),
    /^\w*Error: No exec command specified$/,
  );
  assert.throws(() => engine.containers.inspectExec('nope'), /No such exec instance: nope/);
});

test('the execs of a container go with it', async (t) => {
  const engine = await testEngine(t);
  await running(engine, 'web');
  const exec = engine.containers.createExec('web', execRequest({}));
  await engine.containers.remove('web', { force: true, link: false });
  assert.throws(() => engine.containers.inspectExec(exec), /No such exec instance/);
});

async function until(isTrue: () => boolean): Promise<void> {
  while (!isTrue()) await new Promise(setImmediate);
}
