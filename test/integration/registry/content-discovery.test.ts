import assert from 'node:assert/strict';
import { test } from 'node:test';
import { digestOf } from '../../../src/lib/digest.ts';
import {
  codesOf,
  INDEX_TYPE,
  MANIFEST_TYPE,
  openRegistry,
  pushImage,
  putManifest,
  type RegistryFixture,
} from './registry-fixture.ts';

/** The content discovery workflow of the distribution specification: tags, referrers, and the catalogue besides. */

interface Referrers {
  readonly status: number;
  readonly filters: string | null;
  readonly link: string | null;
  readonly manifests: readonly Record<string, unknown>[];
}

async function referrersOf(registry: RegistryFixture, digest: string, query = ''): Promise<Referrers> {
  const answer = await registry.request('GET', `/v2/app/referrers/${digest}${query}`);
  assert.equal(answer.headers.get('content-type'), INDEX_TYPE);
  const index = (await answer.json()) as {
    schemaVersion: number;
    mediaType: string;
    manifests: Referrers['manifests'];
  };
  assert.deepEqual([index.schemaVersion, index.mediaType], [2, INDEX_TYPE]);
  const { headers, status } = answer;
  const [filters, link] = [headers.get('oci-filters-applied'), headers.get('link')];
  return { status, filters, link, manifests: index.manifests };
}

async function follow(registry: RegistryFixture, path: string, key: string): Promise<string[][]> {
  const pages: string[][] = [];
  for (let next: string | undefined = path; next !== undefined; ) {
    const answer = await registry.request('GET', next);
    pages.push(((await answer.json()) as Record<string, string[]>)[key] ?? []);
    next = /^<([^>]+)>; rel="next"$/.exec(answer.headers.get('link') ?? '')?.[1];
  }
  return pages;
}

test('tags come in lexical order, all or page by page', async (t) => {
  const registry = await openRegistry(t);
  const { content } = await pushImage(registry, 'app', 'v1');
  for (const tag of ['v10', 'v2', 'latest', 'Beta']) await putManifest(registry, 'app', tag, content);
  const sorted = ['Beta', 'latest', 'v1', 'v10', 'v2'];
  assert.deepEqual(await follow(registry, '/v2/app/tags/list', 'tags'), [sorted]);
  assert.deepEqual(await follow(registry, '/v2/app/tags/list?n=2', 'tags'), [
    ['Beta', 'latest'],
    ['v1', 'v10'],
    ['v2'],
  ]);
  assert.deepEqual(await follow(registry, '/v2/app/tags/list?n=5', 'tags'), [sorted]);
  assert.deepEqual(await follow(registry, '/v2/app/tags/list?last=v1', 'tags'), [['v10', 'v2']]);
  assert.deepEqual(await follow(registry, '/v2/app/tags/list?n=1&last=v10', 'tags'), [['v2']]);
  assert.deepEqual(await follow(registry, '/v2/app/tags/list?n=0', 'tags'), [[]]);
  for (const n of ['-1', 'x', '1.5']) {
    const answer = await registry.request('GET', `/v2/app/tags/list?n=${n}`);
    assert.deepEqual([answer.status, await codesOf(answer)], [400, ['PAGINATION_NUMBER_INVALID']]);
  }
});

test('the catalogue names the repositories that have something, page by page', async (t) => {
  const registry = await openRegistry(t);
  for (const name of ['b', 'a/deep/one', 'a', 'a/deep', 'a-b', 'a.b/c', 'ab']) await pushImage(registry, name, 'v1');
  const { digest } = await pushImage(registry, 'gone', 'v1');
  await registry.request('DELETE', `/v2/gone/manifests/${digest}`);
  const all = ['a', 'a-b', 'a.b/c', 'a/deep', 'a/deep/one', 'ab', 'b'];
  assert.deepEqual(all, all.toSorted());
  assert.deepEqual(await follow(registry, '/v2/_catalog', 'repositories'), [all]);
  assert.deepEqual(await follow(registry, '/v2/_catalog?n=7', 'repositories'), [all]);
  for (const n of [1, 2, 3]) {
    assert.deepEqual((await follow(registry, `/v2/_catalog?n=${n}`, 'repositories')).flat(), all);
  }
  assert.deepEqual(await follow(registry, '/v2/_catalog?n=2&last=a.zz', 'repositories'), [
    ['a/deep', 'a/deep/one'],
    ['ab', 'b'],
  ]);
  assert.deepEqual(await follow(registry, '/v2/_catalog?n=0', 'repositories'), [[]]);
});

test('a manifest with a subject is told so, and is among the referrers of it', async (t) => {
  const registry = await openRegistry(t);
  const image = await pushImage(registry, 'app', 'v1');
  const subject = { mediaType: MANIFEST_TYPE, digest: image.digest, size: image.content.length };
  const signature = await pushImage(registry, 'app', 'signature', {
    layers: [],
    more: { subject, artifactType: 'application/vnd.example.signature', annotations: { by: 'me' } },
  });
  const again = await putManifest(registry, 'app', signature.digest, signature.content);
  assert.equal(again.headers.get('oci-subject'), image.digest);
  // Without a type of its own, an artifact is of its configuration's.
  const plain = await pushImage(registry, 'app', 'plain', { layers: ['x'], more: { subject } });
  const found = await referrersOf(registry, image.digest);
  assert.equal(found.filters, null);
  const expected = [
    {
      mediaType: MANIFEST_TYPE,
      digest: signature.digest,
      size: signature.content.length,
      artifactType: 'application/vnd.example.signature',
      annotations: { by: 'me' },
    },
    {
      mediaType: MANIFEST_TYPE,
      digest: plain.digest,
      size: plain.content.length,
      artifactType: 'application/vnd.oci.image.config.v1+json',
    },
  ];
  assert.deepEqual(
    found.manifests,
    expected.sort((a, b) => (a.digest < b.digest ? -1 : 1)),
  );
});

test('referrers are filtered by the type of the artifact, and the answer says so', async (t) => {
  const registry = await openRegistry(t);
  const image = await pushImage(registry, 'app', 'v1');
  const subject = { mediaType: MANIFEST_TYPE, digest: image.digest, size: image.content.length };
  const sbom = await pushImage(registry, 'app', 'sbom', { more: { subject, artifactType: 'example/sbom' } });
  await pushImage(registry, 'app', 'signature', { more: { subject, artifactType: 'example/signature' } });
  const filtered = await referrersOf(registry, image.digest, '?artifactType=example/sbom');
  assert.equal(filtered.filters, 'artifactType');
  assert.deepEqual(
    filtered.manifests.map(({ digest }) => digest),
    [sbom.digest],
  );
  const none = await referrersOf(registry, image.digest, '?artifactType=example/none');
  assert.deepEqual([none.filters, none.manifests], ['artifactType', []]);
});

test('an index may be a referrer, and page follows page', async (t) => {
  const registry = await openRegistry(t);
  const image = await pushImage(registry, 'app', 'v1');
  const subject = { mediaType: MANIFEST_TYPE, digest: image.digest, size: image.content.length };
  const index = JSON.stringify({ schemaVersion: 2, mediaType: INDEX_TYPE, manifests: [], subject });
  const answer = await putManifest(registry, 'app', digestOf(index), index, INDEX_TYPE);
  assert.deepEqual([answer.status, answer.headers.get('oci-subject')], [201, image.digest]);
  await pushImage(registry, 'app', 'second', { more: { subject } });
  const first = await referrersOf(registry, image.digest, '?n=1');
  const next = /^<([^>]+)>/.exec(first.link ?? '')?.[1] ?? '';
  const second = await referrersOf(registry, image.digest, next.slice(next.indexOf('?')));
  assert.deepEqual([first.manifests.length, second.manifests.length, second.link], [1, 1, null]);
  assert.notEqual(first.manifests[0]?.['digest'], second.manifests[0]?.['digest']);
});

test('what nothing refers to, and what is not there, has an empty list', async (t) => {
  const registry = await openRegistry(t);
  const { digest } = await pushImage(registry, 'app', 'v1');
  for (const subject of [digest, digestOf('absent')]) {
    const { status, manifests } = await referrersOf(registry, subject);
    assert.deepEqual([status, manifests], [200, []]);
  }
});

test('a subject may be pushed after what refers to it', async (t) => {
  const registry = await openRegistry(t);
  const subject = { mediaType: MANIFEST_TYPE, digest: digestOf('comes later'), size: 11 };
  const { digest } = await pushImage(registry, 'app', 'early', { more: { subject } });
  const { manifests } = await referrersOf(registry, subject.digest);
  assert.deepEqual(
    manifests.map((one) => one['digest']),
    [digest],
  );
});
