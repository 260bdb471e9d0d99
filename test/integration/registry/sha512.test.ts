import assert from 'node:assert/strict';
import { createHash } from 'node:crypto';
import { readdirSync } from 'node:fs';
import { join } from 'node:path';
import { test } from 'node:test';
import { digestOf } from '../../../src/lib/digest.ts';
import { until } from '../../support/until.ts';
import {
  codesOf,
  MANIFEST_TYPE,
  manifestOf,
  openRegistry,
  pushBlob,
  pushImage,
  putManifest,
  type RegistryFixture,
  statusOf,
} from './registry-fixture.ts';

/** Content by the other algorithm that the image specification registers. */

function sha512Of(content: string): string {
  return `sha512:${createHash('sha512').update(content).digest('hex')}`;
}

async function push(registry: RegistryFixture, content: string, name = 'app'): Promise<string> {
  const digest = sha512Of(content);
  const answer = await registry.request('POST', `/v2/${name}/blobs/uploads/?digest=${digest}`, { body: content });
  assert.equal(answer.status, 201, await answer.text());
  assert.equal(answer.headers.get('docker-content-digest'), digest);
  assert.equal(answer.headers.get('location'), `/v2/${name}/blobs/${digest}`);
  return digest;
}

test('a blob is pushed by its sha512 in every way, and pulled by either digest', async (t) => {
  const registry = await openRegistry(t);
  const whole = await push(registry, 'in one request');
  const location = (await registry.request('POST', '/v2/app/blobs/uploads/')).headers.get('location') ?? '';
  assert.equal(await statusOf(registry.request('PATCH', location, { body: 'in two ' })), 202);
  const put = registry.request('PUT', `${location}?digest=${sha512Of('in two requests')}`, { body: 'requests' });
  assert.equal(await statusOf(put), 201);
  for (const [digest, content] of [
    [whole, 'in one request'],
    [digestOf('in one request'), 'in one request'],
    [sha512Of('in two requests'), 'in two requests'],
  ] as const) {
    const got = await registry.request('GET', `/v2/app/blobs/${digest}`);
    assert.deepEqual([got.status, await got.text()], [200, content]);
    assert.equal(got.headers.get('docker-content-digest'), digest);
    assert.equal(got.headers.get('etag'), `"${digest}"`);
    assert.equal(await statusOf(registry.request('HEAD', `/v2/app/blobs/${digest}`)), 200);
    assert.equal(await statusOf(registry.request('HEAD', `/v2/other/blobs/${digest}`)), 404);
  }
});

test('content of another sha512 is refused, and so is what is no digest of a kind that there is', async (t) => {
  const registry = await openRegistry(t);
  const wrong = sha512Of('this');
  const refused = await registry.request('POST', `/v2/app/blobs/uploads/?digest=${wrong}`, { body: 'that' });
  assert.deepEqual([refused.status, await codesOf(refused)], [400, ['DIGEST_INVALID']]);
  assert.equal(await statusOf(registry.request('GET', `/v2/app/blobs/${wrong}`)), 404);
  assert.deepEqual(readdirSync(join(registry.root, 'uploads')), []);
  const { content } = await pushImage(registry, 'app', 'v1');
  const put = await putManifest(registry, 'app', wrong, content);
  assert.deepEqual([put.status, await codesOf(put)], [400, ['DIGEST_INVALID']]);
  for (const digest of [wrong.slice(0, -1), `sha384:${'0'.repeat(96)}`, `md5:${'0'.repeat(32)}`]) {
    const answer = await registry.request('POST', `/v2/app/blobs/uploads/?digest=${digest}`, { body: 'x' });
    assert.deepEqual([answer.status, await codesOf(answer)], [400, ['DIGEST_INVALID']], digest);
  }
});

test('a blob is mounted by its sha512', async (t) => {
  const registry = await openRegistry(t);
  const digest = await push(registry, 'shared');
  const mounted = await registry.request('POST', `/v2/other/blobs/uploads/?mount=${digest}&from=app`);
  assert.deepEqual([mounted.status, mounted.headers.get('docker-content-digest')], [201, digest]);
  assert.equal(await statusOf(registry.request('GET', `/v2/other/blobs/${digest}`)), 200);
  const missing = `/v2/other/blobs/uploads/?mount=${sha512Of('nowhere')}&from=app`;
  assert.equal(await statusOf(registry.request('POST', missing)), 202);
});

test('a manifest has, names and refers by sha512, and what it names is no garbage', async (t) => {
  const registry = await openRegistry(t, { gcGraceMs: 0 });
  const config = await push(registry, '{}');
  const layer = await push(registry, 'layer');
  const unused = await push(registry, 'unused');
  const subject = { mediaType: MANIFEST_TYPE, digest: sha512Of('subject'), size: 7 };
  const content = manifestOf(config, '{}', [layer], ['layer'], { subject });
  const digest = sha512Of(content);
  const put = await putManifest(registry, 'app', digest, content);
  assert.equal(put.status, 201, await put.text());
  assert.deepEqual(
    ['location', 'docker-content-digest', 'oci-subject'].map((name) => put.headers.get(name)),
    [`/v2/app/manifests/${digest}`, digest, subject.digest],
  );
  assert.equal(await statusOf(putManifest(registry, 'app', 'v1', content)), 201);
  const absent = await putManifest(registry, 'app', 'v2', manifestOf(config, '{}', [sha512Of('absent')], ['absent']));
  assert.deepEqual([absent.status, await codesOf(absent)], [404, ['MANIFEST_BLOB_UNKNOWN']]);
  const last = Date.now();
  await until('the last use is in the past', () => Date.now() > last);
  await registry.registry.collectGarbage();
  for (const kept of [config, layer])
    assert.equal(await statusOf(registry.request('GET', `/v2/app/blobs/${kept}`)), 200);
  assert.equal(await statusOf(registry.request('GET', `/v2/app/blobs/${unused}`)), 404);
  assert.equal(readdirSync(join(registry.root, 'digests/sha512')).length, 3);
  for (const reference of [digest, digestOf(content), 'v1']) {
    const got = await registry.request('GET', `/v2/app/manifests/${reference}`);
    assert.equal(await got.text(), content);
    assert.equal(got.headers.get('docker-content-digest'), reference === digest ? digest : digestOf(content));
  }
  const referrers = await registry.request('GET', `/v2/app/referrers/${subject.digest}`);
  const { manifests } = (await referrers.json()) as { manifests: { digest: string }[] };
  assert.deepEqual(
    manifests.map((one) => one.digest),
    [digestOf(content)],
  );
  assert.equal(await statusOf(registry.request('DELETE', `/v2/app/manifests/${digest}`)), 202);
  assert.equal(await statusOf(registry.request('GET', '/v2/app/manifests/v1')), 404);
  assert.equal(await statusOf(registry.request('DELETE', `/v2/app/blobs/${layer}`)), 202);
  assert.equal(await statusOf(registry.request('GET', `/v2/app/blobs/${layer}`)), 404);
});

test('what was pushed by its sha512 is known by it after the registry was started again', async (t) => {
  const before = await openRegistry(t);
  const digest = await push(before, 'kept');
  await pushBlob(before, 'app', 'kept');
  await before.registry.close();
  const after = await openRegistry(t, { root: before.root });
  assert.equal(await (await after.request('GET', `/v2/app/blobs/${digest}`)).text(), 'kept');
});
