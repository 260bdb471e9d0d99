import assert from 'node:assert/strict';
import { test } from 'node:test';
import { EngineError, invalidArgument } from '../../../errors/engine-error.ts';
import type { ImageDocument } from '../../../images/image-document.ts';
import type { DiffId, ImageId } from '../../../lib/digest.ts';
import { createApp } from '../../app.ts';
import type { ImageBackend } from './backend.ts';
import { registerImageRoutes } from './routes.ts';

const id = `sha256:${'a'.repeat(64)}` as ImageId;
const document: ImageDocument = {
  id,
  topChainId: undefined,
  diffIds: [`sha256:${'b'.repeat(64)}` as DiffId],
  architecture: 'amd64',
  variant: undefined,
  os: 'linux',
  osVersion: undefined,
  created: '2024-01-02T03:04:05.120Z',
  author: undefined,
  comment: '',
  dockerVersion: '',
  container: '',
  containerConfig: undefined,
  config: { Cmd: ['sh'], ExposedPorts: { '80/tcp': {} } },
  history: [{ comment: 'made for the test' }],
  annotations: {},
};

function unused(): never {
  throw new Error('this test does not call it');
}

const nothing: ImageBackend = {
  list: unused,
  inspect: unused,
  history: unused,
  tag: unused,
  load: unused,
  save: unused,
  import: unused,
  remove: unused,
  prune: unused,
};

function appWith(backend: Partial<ImageBackend>) {
  const app = createApp({ engineVersion: '0', logError: () => undefined });
  registerImageRoutes(app, { ...nothing, ...backend }, { pull: unused });
  return app;
}

async function textOf(body: AsyncIterable<Uint8Array>): Promise<string> {
  return Buffer.concat(await Array.fromAsync(body)).toString();
}

test('names with slashes, ports and tags reach the engine whole, with and without a version', async () => {
  const asked: string[] = [];
  const app = appWith({
    history: async (name) => {
      asked.push(name);
      return [];
    },
    remove: async (name) => {
      asked.push(name);
      return [];
    },
  });
  await app.inject('/v1.45/images/localhost:5000/a/b:1/history');
  await app.inject('/images/docker.io/library/busybox/history');
  await app.inject({ method: 'DELETE', url: '/v1.45/images/a/b@sha256:ff' });
  assert.deepEqual(asked, ['localhost:5000/a/b:1', 'docker.io/library/busybox', 'a/b@sha256:ff']);
});

test('inspect shows what each API version showed', async () => {
  const details = {
    document,
    parentId: undefined,
    tags: ['a:1'],
    digests: [],
    sizeBytes: 7,
    lastTaggedAtMs: undefined,
    directories: ['/l/3', '/l/2', '/l/1'],
  };
  const app = appWith({ inspect: async () => details });
  const at = async (version: string) =>
    (await app.inject(`/v${version}/images/a/json`)).json<Record<string, unknown>>();
  const [newest, middle, old] = [await at('1.50'), await at('1.45'), await at('1.43')];
  assert.deepEqual(newest['GraphDriver'], {
    Data: { LowerDir: '/l/2:/l/1', UpperDir: '/l/3' },
    Name: 'overlay2',
  });
  assert.deepEqual(newest['Config'], {
    User: '',
    ExposedPorts: { '80/tcp': {} },
    Env: null,
    Entrypoint: null,
    Cmd: ['sh'],
    Volumes: null,
    WorkingDir: '',
    Labels: null,
    OnBuild: null,
  });
  assert.equal((middle['Config'] as Record<string, unknown>)['AttachStdin'], false);
  assert.deepEqual([middle['VirtualSize'], middle['ContainerConfig']], [undefined, undefined]);
  assert.equal(old['VirtualSize'], 7);
  assert.equal((old['ContainerConfig'] as Record<string, unknown>)['Hostname'], '');
  assert.equal(newest['Created'], '2024-01-02T03:04:05.12Z');
  assert.equal(newest['Comment'], 'made for the test');
  assert.deepEqual(newest['Metadata'], { LastTagTime: '0001-01-01T00:00:00Z' });
});

test('an image without names has the name <none> for old clients only', async () => {
  const summary = {
    image: document,
    parentId: undefined,
    tags: [],
    digests: [],
    sizeBytes: 7,
    sharedBytes: undefined,
    containers: undefined,
  };
  const app = appWith({ list: async () => [summary] });
  const tagsAt = async (version: string) =>
    (await app.inject(`/v${version}/images/json`)).json<{ RepoTags: string[] }[]>()[0]?.RepoTags;
  assert.deepEqual(await tagsAt('1.42'), ['<none>:<none>']);
  assert.deepEqual(await tagsAt('1.43'), []);
});

test('the filter parameter of old clients filters by reference', async () => {
  const seen: (readonly string[])[] = [];
  const app = appWith({
    list: async ({ filters }) => {
      seen.push(filters.get('reference'));
      return [];
    },
  });
  await app.inject('/v1.40/images/json?filter=busybox&filters={"reference":["a"]}');
  await app.inject('/v1.41/images/json?filter=busybox');
  assert.deepEqual(seen, [['a', 'busybox'], []]);
});

test('a load tells its progress line by line, and its failure in one more with status 200', async () => {
  const app = appWith({
    load: async (body, report) => {
      report({ stream: `got ${await textOf(body)}\n` });
      throw invalidArgument('it broke');
    },
  });
  const answer = await app.inject({
    method: 'POST',
    url: '/images/load',
    payload: 'archive',
    headers: { 'content-type': 'application/x-tar' },
  });
  assert.equal(answer.statusCode, 200);
  assert.equal(answer.headers['content-type'], 'application/json');
  assert.deepEqual(
    answer.payload
      .split('\r\n')
      .filter((line) => line !== '')
      .map((line) => JSON.parse(line) as unknown),
    [{ stream: 'got archive\n' }, { errorDetail: { message: 'it broke' }, error: 'it broke' }],
  );
});

test('an import that fails before it has said anything answers with a status', async () => {
  const app = appWith({
    import: async ({ changes, name, source, body }) => {
      await textOf(body);
      throw invalidArgument(`${source} ${name?.name}:${name?.tag} ${changes.join(';')}`);
    },
  });
  const url = '/images/create?fromSrc=-&repo=a&tag=1&changes=CMD%20x&changes=ENV%20A%3D1';
  const answer = await app.inject({
    method: 'POST',
    url,
    payload: 'x',
    headers: { 'content-type': 'application/x-tar' },
  });
  assert.equal(answer.statusCode, 400);
  assert.deepEqual(answer.json(), { message: '- docker.io/library/a:1 CMD x;ENV A=1' });
});

test('a save streams an archive, or answers with a status when a name is unknown', async () => {
  const app = appWith({
    save: async (names) => {
      if (names.includes('nope')) throw new EngineError('not_found', 'No such image: nope');
      return (async function* () {
        yield Buffer.from(names.join());
      })();
    },
  });
  const whole = await app.inject('/images/get?names=a&names=b/c:1');
  assert.deepEqual([whole.headers['content-type'], whole.payload], ['application/x-tar', 'a,b/c:1']);
  assert.equal((await app.inject('/images/b/c/get')).payload, 'b/c');
  assert.equal((await app.inject('/images/nope/get')).statusCode, 404);
});

test('removal and pruning answer row by row', async () => {
  const rows = [{ untagged: 'a:1' }, { deleted: id }];
  const seen: unknown[] = [];
  const app = appWith({
    remove: async (_image, options) => {
      seen.push(options);
      return rows;
    },
    prune: async () => ({ rows: [], reclaimedBytes: 0 }),
  });
  const removed = await app.inject({ method: 'DELETE', url: '/images/a:1?force=1&noprune=true' });
  assert.deepEqual(removed.json(), [{ Untagged: 'a:1' }, { Deleted: id }]);
  assert.deepEqual(seen, [{ force: true, prune: false }]);
  const pruned = await app.inject({ method: 'POST', url: '/images/prune' });
  assert.deepEqual(pruned.json(), { ImagesDeleted: null, SpaceReclaimed: 0 });
});

test('an image of another platform than is asked for is not there, for versions that can ask', async () => {
  const loaded: unknown[] = [];
  const details = { document: { ...document, os: 'linux', architecture: 'amd64', variant: undefined } } as Awaited<
    ReturnType<ImageBackend['inspect']>
  >;
  const app = appWith({
    inspect: async () => details,
    history: async () => [],
    remove: async () => [],
    save: async () =>
      (async function* () {
        yield Buffer.from('archive');
      })(),
    load: async (_body, _report, { platforms }) => void loaded.push(platforms),
  });
  const arm = encodeURIComponent('{"os":"linux","architecture":"arm64","variant":"v8"}');
  const own = encodeURIComponent('{"os":"linux","architecture":"amd64"}');
  const text =
    'image with reference a was found but its platform (linux/amd64) does not match the specified platform (linux/arm64/v8)';
  for (const [method, path, old] of [
    ['GET', '/images/a/history?platform=', '1.47'],
    ['GET', '/images/a/get?platform=', '1.47'],
    ['GET', '/images/get?names=a&platform=', '1.47'],
    ['DELETE', '/images/a?platforms=', '1.49'],
  ] as const) {
    const refused = await app.inject({ method, url: `/v1.50${path}${arm}` });
    assert.deepEqual([refused.statusCode, refused.json()], [404, { message: text }], path);
    assert.equal((await app.inject({ method, url: `/v1.50${path}${own}` })).statusCode, 200, path);
    assert.equal((await app.inject({ method, url: `/v${old}${path}${arm}` })).statusCode, 200, path);
  }
  assert.equal((await app.inject({ method: 'POST', url: `/v1.50/images/load?platform=${arm}` })).statusCode, 200);
  assert.deepEqual(loaded, [[{ os: 'linux', architecture: 'arm64', variant: 'v8' }]]);
  const inspected = await app.inject(`/v1.50/images/a/json?platform=${arm}`);
  assert.equal(inspected.statusCode, 404);
  for (const broken of ['x', '{}', '{"os":"linux"}']) {
    const answer = await app.inject(`/v1.50/images/a/history?platform=${encodeURIComponent(broken)}`);
    assert.equal(answer.statusCode, 400, broken);
  }
});
