import assert from 'node:assert/strict';
import { type TestContext, test } from 'node:test';
import { createApp } from '../../app.ts';
import type { ContainerBackend } from './backend.ts';
import { registerContainerRoutes } from './routes.ts';

type Call = readonly [string, ...unknown[]];

/** The routes on a backend that notes what it is asked. */
async function routes(t: TestContext, overrides: Partial<ContainerBackend> = {}) {
  const calls: Call[] = [];
  const note =
    (name: string) =>
    async (...args: unknown[]) =>
      void calls.push([name, ...args]);
  const backend: Partial<ContainerBackend> = {
    create: async (request) => {
      calls.push(['create', request.name, request.config.Image, request.hostConfig?.Memory]);
      return { id: 'i'.repeat(64), warnings: [] };
    },
    start: note('start'),
    stop: note('stop'),
    kill: note('kill'),
    remove: note('remove'),
    resize: note('resize'),
    list: async ({ all, limit, size }) => {
      calls.push(['list', all, limit, size]);
      return [];
    },
    wait: () => ({ outcome: Promise.resolve({ exitCode: 3 }) }),
    logs: (_ref, { tail, sinceNs, follow }) => {
      calls.push(['logs', tail, sinceNs, follow]);
      return {
        multiplexed: true,
        entries: (async function* () {
          yield [
            { stream: 'stdout', data: Buffer.from('a\n') } as const,
            { stream: 'stderr', data: Buffer.from('b\n') } as const,
          ];
        })(),
      };
    },
    ...overrides,
  };
  const app = createApp({ engineVersion: '0', logError: () => undefined });
  registerContainerRoutes(app, backend as ContainerBackend);
  await app.ready();
  t.after(() => app.close());
  return { app, calls };
}

const json = { 'content-type': 'application/json' };

test('create answers 201 with the ID, and hands on name, configuration and limits', async (t) => {
  const { app, calls } = await routes(t);
  const payload = JSON.stringify({ Image: 'busybox', HostConfig: { Memory: 5 } });
  const answer = await app.inject({ method: 'POST', url: '/v1.45/containers/create?name=web', headers: json, payload });
  assert.deepEqual([answer.statusCode, answer.json()], [201, { Id: 'i'.repeat(64), Warnings: [] }]);
  assert.deepEqual(calls, [['create', 'web', 'busybox', 5]]);
});

test('create refuses what says nothing of the container, and wrong types by their field', async (t) => {
  const { app, calls } = await routes(t);
  const refused = {
    '{}': 'config cannot be empty in order to create a container',
    null: 'config cannot be empty in order to create a container',
    '{"HostConfig":{}}': 'config cannot be empty in order to create a container',
    '{"Image":5}':
      'invalid JSON: json: cannot unmarshal number into Go struct field ContainerConfigWrapper.Config.Image of type string',
  };
  for (const [payload, message] of Object.entries(refused)) {
    const answer = await app.inject({ method: 'POST', url: '/containers/create', headers: json, payload });
    assert.deepEqual([answer.statusCode, answer.json()], [400, { message }]);
  }
  assert.deepEqual(calls, []);
});

test('the verbs answer 204, and take their options from the query', async (t) => {
  const { app, calls } = await routes(t);
  for (const url of ['start', 'stop?t=-1&signal=INT', 'kill?signal=9']) {
    assert.equal((await app.inject({ method: 'POST', url: `/containers/web/${url}` })).statusCode, 204);
  }
  assert.equal((await app.inject({ method: 'DELETE', url: '/containers/web?force=true&v=1' })).statusCode, 204);
  assert.deepEqual(calls, [
    ['start', 'web'],
    ['stop', 'web', { signal: 'INT', timeoutSeconds: -1 }],
    ['kill', 'web', '9'],
    ['remove', 'web', { force: true, link: false, volumes: true }],
  ]);
});

test('numbers that are none are refused with the status that Docker has for each', async (t) => {
  const { app } = await routes(t);
  const message = 'strconv.Atoi: parsing "x": invalid syntax';
  const stop = await app.inject({ method: 'POST', url: '/containers/web/stop?t=x' });
  assert.deepEqual([stop.statusCode, stop.json()], [500, { message }]);
  const resize = await app.inject({ method: 'POST', url: '/containers/web/resize?h=x&w=1' });
  assert.deepEqual([resize.statusCode, resize.json()], [400, { message }]);
  const list = await app.inject({ method: 'GET', url: '/containers/json?limit=x' });
  assert.deepEqual([list.statusCode, list.json()], [500, { message }]);
});

test('a start with a body is refused, as it has been since API 1.24', async (t) => {
  const { app, calls } = await routes(t);
  const answer = await app.inject({
    method: 'POST',
    url: '/containers/web/start',
    headers: json,
    payload: '{"Binds":[]}',
  });
  assert.equal(answer.statusCode, 400);
  assert.deepEqual(calls, []);
});

test('a wait is answered with the exit code, and with the reason when there is one', async (t) => {
  const { app } = await routes(t);
  assert.deepEqual((await app.inject({ method: 'POST', url: '/containers/web/wait' })).json(), { StatusCode: 3 });
  const failing = await routes(t, { wait: () => ({ outcome: Promise.resolve({ exitCode: 1, error: 'busy' }) }) });
  const answer = await failing.app.inject({ method: 'POST', url: '/containers/web/wait?condition=removed' });
  assert.deepEqual(answer.json(), { StatusCode: 1, Error: { Message: 'busy' } });
});

test('logs come in frames, with a content type that old clients know', async (t) => {
  const { app, calls } = await routes(t);
  const url = '/containers/web/logs?stdout=1&stderr=1&tail=5&since=1.5&follow=1';
  const answer = await app.inject({ method: 'GET', url: `/v1.42${url}` });
  assert.equal(answer.headers['content-type'], 'application/vnd.docker.multiplexed-stream');
  assert.deepEqual([...answer.rawPayload], [1, 0, 0, 0, 0, 0, 0, 2, 97, 10, 2, 0, 0, 0, 0, 0, 0, 2, 98, 10]);
  const old = await app.inject({ method: 'GET', url: `/v1.41${url}` });
  assert.equal(old.headers['content-type'], 'application/vnd.docker.raw-stream');
  assert.deepEqual(calls[0], ['logs', 5, 1_500_000_000n, true]);
  const none = await app.inject({ method: 'GET', url: '/containers/web/logs' });
  assert.deepEqual(none.json(), { message: 'Bad parameters: you must choose at least one stream' });
});
