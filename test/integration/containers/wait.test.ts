import assert from 'node:assert/strict';
import { request } from 'node:http';
import { after, before, test } from 'node:test';
import { createContainer, runUntilStopped } from '../../support/containers.ts';
import { startDaemon, type TestDaemon } from '../../support/daemon.ts';

let daemon: TestDaemon;
before(async () => {
  daemon = await startDaemon();
});
after(() => daemon.close());

/** Resolves with the head of the response; `answer` with its body. */
function wait(id: string, condition: string): Promise<{ answer: Promise<{ StatusCode: number }> }> {
  const { promise, resolve, reject } = Promise.withResolvers<{ answer: Promise<{ StatusCode: number }> }>();
  const path = `/containers/${id}/wait?condition=${condition}`;
  const outgoing = request({ socketPath: daemon.socketPath, path, method: 'POST', agent: false }, (response) => {
    const answer = response.toArray().then((chunks) => JSON.parse(Buffer.concat(chunks).toString()));
    resolve({ answer });
  });
  outgoing.on('error', reject).end();
  return promise;
}

test('the head of a wait comes before the end it waits for, so that a client can wait first and start then', async () => {
  const id = await createContainer(daemon, { Cmd: ['sh', '-c', 'exit 3'], HostConfig: { AutoRemove: true } });
  const exit = await wait(id, 'next-exit');
  const removal = await wait(id, 'removed');
  await daemon.call('POST', `/containers/${id}/start`);
  assert.equal((await exit.answer).StatusCode, 3);
  assert.equal((await removal.answer).StatusCode, 3);
  assert.equal((await daemon.call('GET', `/containers/${id}/json`)).status, 404);
});

test('not-running is answered at once by a container that does not run', async () => {
  const id = await runUntilStopped(daemon);
  const { answer } = await wait(id, 'not-running');
  await daemon.call('POST', `/containers/${id}/stop`);
  assert.equal((await answer).StatusCode, 0);
  assert.equal((await (await wait(id, 'not-running')).answer).StatusCode, 0);
});
