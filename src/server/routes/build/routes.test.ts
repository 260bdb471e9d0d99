import assert from 'node:assert/strict';
import { test } from 'node:test';
import { RunFailed } from '../../../builder/execute/steps/run-failed.ts';
import type { BuildPlan, StagePlan, Step } from '../../../builder/plan/build-plan.ts';
import type { ImageId } from '../../../lib/digest.ts';
import { hostPlatform } from '../../../lib/platform.ts';
import { createApp } from '../../app.ts';
import type { BuildBackend, BuildProgress, BuildRequest } from './backend.ts';
import { registerBuildRoutes } from './routes.ts';

const imageId = `sha256:${'a'.repeat(64)}` as ImageId;
const line = (start: number) => ({ start, end: start });

function stage(id: number, titles: readonly string[]): StagePlan {
  const steps = titles.map(
    (title, index) =>
      ({
        kind: 'run',
        title,
        lines: line(10 * id + index + 2),
        number: { index: index + 2, total: titles.length + 1 },
      }) as unknown as Step,
  );
  const baseStep = { title: 'FROM busybox', number: { index: 1, total: titles.length + 1 } };
  const label = `stage-${id}`;
  return { id, label, steps, baseStep, lines: line(10 * id + 1), platform: hostPlatform() } as unknown as StagePlan;
}

const stages = [stage(0, ['RUN one']), stage(1, ['RUN two', 'RUN three'])];
const plan = {
  stages,
  target: stages[1],
  warnings: [],
  unusedBuildArgs: [],
  dockerfile: { name: 'Dockerfile', lines: [], instructions: [] },
} as unknown as BuildPlan;

/** Both stages at once, the later one ahead. */
async function tell(progress: BuildProgress): Promise<void> {
  progress.planned(plan);
  const [first, second] = plan.stages;
  if (first === undefined || second === undefined) return;
  const base = progress.begin(second, -1);
  const own = progress.begin(first, -1);
  base.done('b'.repeat(64));
  const two = progress.begin(second, 0);
  await two.output(Buffer.from('from two\n'), 'stdout');
  two.done('2'.repeat(64));
  own.done('b'.repeat(64));
  const one = progress.begin(first, 0);
  await one.output(Buffer.from('to stderr'), 'stderr');
  one.done('1'.repeat(64));
  const three = progress.begin(second, 1);
  three.cached();
  three.done('3'.repeat(64));
}

interface Seen {
  request?: BuildRequest;
  cancelled?: string;
}

function appWith(
  build: BuildBackend['build'] = async (_request, _id, progress) => {
    await tell(progress);
    return { imageId };
  },
) {
  const seen: Seen = {};
  const backend: BuildBackend = {
    build: (request, id, progress) => {
      seen.request = request;
      return build(request, id, progress);
    },
    rootfs: async () =>
      (async function* () {
        yield Buffer.from('files');
      })(),
    cancel: (id) => void (seen.cancelled = id),
    prune: async () => ({ ids: ['x'], reclaimedBytes: 3 }),
  };
  const app = createApp({ engineVersion: '0', logError: () => undefined });
  registerBuildRoutes(app, backend);
  return { app, seen };
}

const streamOf = (body: string) =>
  body
    .split('\r\n')
    .filter((text) => text !== '')
    .map(
      (text) =>
        JSON.parse(text) as { stream?: string; aux?: object; id?: string; error?: string; errorDetail?: object },
    );

test('steps of stages that run at once are told one stage after the other', async () => {
  const { app } = appWith();
  const answer = await app.inject({ method: 'POST', url: '/build?t=a&t=b:1' });
  const text = streamOf(answer.body)
    .map(({ stream = '' }) => stream)
    .join('');
  const plain = text.replace(/(?<=Running in |container )[0-9a-f]{12}/g, 'ID');
  assert.equal(
    plain,
    `Step 1/5 : FROM scratch
 ---> bbbbbbbbbbbb
Step 2/5 : RUN one
 ---> Running in ID
\u001b[91mto stderr\u001b[0m ---> Removed intermediate container ID
 ---> 111111111111
Step 3/5 : FROM scratch
 ---> bbbbbbbbbbbb
Step 4/5 : RUN two
 ---> Running in ID
from two
 ---> Removed intermediate container ID
 ---> 222222222222
Step 5/5 : RUN three
 ---> Using cache
 ---> 333333333333
Successfully built aaaaaaaaaaaa
Successfully tagged a:latest
Successfully tagged b:1
`,
  );
});

test('clients that ask for events get them as they come', async () => {
  const { app } = appWith();
  const answer = await app.inject({ method: 'POST', url: '/build', headers: { 'x-skiff-progress': 'events' } });
  const events = streamOf(answer.body)
    .filter(({ id }) => id === 'skiff.build')
    .map(({ aux }) => aux as { Kind: string; Step: number; Name?: string });
  assert.deepEqual(
    events.slice(0, 2).map(({ Kind, Step, Name }) => [Kind, Step, Name]),
    [
      ['step', 2, '[stage-1 1/3] FROM busybox'],
      ['step', 0, '[stage-0 1/2] FROM busybox'],
    ],
  );
});

test('a quiet build answers with the ID alone', async () => {
  const { app } = appWith();
  const answer = await app.inject({ method: 'POST', url: '/build?q=1' });
  assert.deepEqual(streamOf(answer.body), [{ stream: `${imageId}\n` }]);
});

test('a failed command is told with its exit code, an error before any step by a status', async () => {
  const failing = appWith(async (_request, _id, progress) => {
    await tell(progress);
    throw new RunFailed(['/bin/sh', '-c', 'false'], 7, { oomKilled: false, lines: [] });
  });
  const answer = await failing.app.inject({ method: 'POST', url: '/build' });
  const message = "The command '/bin/sh -c false' returned a non-zero code: 7";
  assert.deepEqual(streamOf(answer.body).at(-1), { errorDetail: { code: 7, message }, error: message });
  const early = appWith(() => Promise.reject(new Error('early')));
  assert.equal((await early.app.inject({ method: 'POST', url: '/build' })).statusCode, 500);
});

test('parameters reach the builder in its own terms', async () => {
  const { app, seen } = appWith();
  const query = new URLSearchParams({
    dockerfile: './sub/../Dockerfile.x',
    buildargs: '{"A":"1","UNSET":null}',
    labels: '{"l":"v"}',
    cachefrom: '["c"]',
    ulimits: '[{"Name":"nofile","Soft":1,"Hard":2}]',
    memory: '1048576',
    memswap: '-1',
    extrahosts: 'a:1.2.3.4,b:1.2.3.5',
    securityopt: 'seccomp=unconfined',
    nocachefilter: 'one,two',
    remote: 'https://example.org/x.tar',
    platform: 'linux/arm64',
  });
  const registry = Buffer.from(JSON.stringify({ 'r.example': { username: 'u', password: 'p' } })).toString('base64url');
  await app.inject({ method: 'POST', url: `/build?${query.toString()}`, headers: { 'x-registry-config': registry } });
  const { request } = seen;
  assert.ok(request !== undefined);
  assert.equal(request.dockerfile, 'Dockerfile.x');
  assert.deepEqual([request.buildArgs, request.labels, request.cacheFrom], [{ A: '1' }, { l: 'v' }, ['c']]);
  assert.deepEqual([request.limits.memoryBytes, request.limits.memorySwapBytes], [1048576, -1]);
  assert.deepEqual(
    [request.extraHosts, request.limits.securityOptions],
    [['a:1.2.3.4', 'b:1.2.3.5'], ['seccomp=unconfined']],
  );
  assert.deepEqual(request.context, { kind: 'remote', url: 'https://example.org/x.tar' });
  assert.equal(request.logins['r.example']?.password, 'p');
});

test('secrets are handed over for one build, and only what is text in base64', async () => {
  const { app, seen } = appWith();
  const handed = await app.inject({
    method: 'POST',
    url: '/build/secrets',
    payload: { token: Buffer.from('word').toString('base64') },
  });
  const { ID } = handed.json<{ ID: string }>();
  await app.inject({ method: 'POST', url: `/build?secrets=${ID}` });
  assert.deepEqual(
    seen.request?.secrets.map(({ id, content }) => [id, Buffer.from(content).toString()]),
    [['token', 'word']],
  );
  assert.equal((await app.inject({ method: 'POST', url: `/build?secrets=${ID}` })).statusCode, 400);
  assert.equal((await app.inject({ method: 'POST', url: '/build/secrets', payload: { token: 5 } })).statusCode, 400);
});

test('prune, cancel and the files of an image', async () => {
  const { app, seen } = appWith();
  const pruned = await app.inject({ method: 'POST', url: '/build/prune' });
  assert.equal(pruned.body, '{"CachesDeleted":["x"],"SpaceReclaimed":3}\n');
  assert.equal((await app.inject({ method: 'POST', url: '/build/cancel?id=mine' })).body, '');
  assert.equal(seen.cancelled, 'mine');
  assert.equal((await app.inject({ url: '/build/rootfs?image=x' })).body, 'files');
});
