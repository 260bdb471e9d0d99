import assert from 'node:assert/strict';
import { existsSync, readdirSync } from 'node:fs';
import { join } from 'node:path';
import { test } from 'node:test';
import { setTimeout as delay } from 'node:timers/promises';
import { digestOf } from '../../../src/lib/digest.ts';
import { until } from '../../support/until.ts';
import { MANIFEST_TYPE, manifestOf } from './registry-fixture.ts';
import { RegistryProcess } from './registry-process.ts';

/** SIGKILL in the midst of pushes, deletions and collections of garbage, all at once. */

const ROUNDS = 5;

interface Answers {
  /** Tags whose push was answered, with their manifests' digests; deleted ones are not among them. */
  readonly tags: Map<string, string>;
}

async function pushBlob(registry: RegistryProcess, name: string, content: string): Promise<string> {
  const digest = digestOf(content);
  const head = await registry.request('HEAD', `/v2/${name}/blobs/${digest}`);
  if (head.status === 200) return digest;
  const answer = await registry.request('POST', `/v2/${name}/blobs/uploads/?digest=${digest}`, { body: content });
  await answer.text();
  assert.equal(answer.status, 201);
  return digest;
}

async function pushAndDelete(registry: RegistryProcess, name: string, round: number, { tags }: Answers): Promise<void> {
  for (let index = 0; ; index++) {
    // Some layers are shared by all images, some by two in a row: what one gives up another begins to need.
    const contents = ['base', `of two ${Math.floor(index / 2)}`, `own ${round} ${index}`.repeat(20_000)];
    const config = await pushBlob(registry, name, '{}');
    const layers = await Promise.all(contents.map((content) => pushBlob(registry, name, content)));
    const manifest = manifestOf(config, '{}', layers, contents, { annotations: { of: `${round} ${index}` } });
    const tag = `${name}:${round}.${index}`;
    const put = await registry.request('PUT', `/v2/${name}/manifests/${round}.${index}`, {
      body: manifest,
      headers: { 'Content-Type': MANIFEST_TYPE },
    });
    const refusal = await put.text();
    // So little grace lets a push that pauses lose what it has brought: it is told so.
    if (put.status === 404 && refusal.includes('MANIFEST_BLOB_UNKNOWN')) continue;
    assert.equal(put.status, 201, refusal);
    tags.set(tag, digestOf(manifest));
    if (index % 3 !== 2) continue;
    const old = `${name}:${round}.${index - 1}`;
    const digest = tags.get(old);
    if (digest === undefined) continue;
    tags.delete(old);
    const gone = await registry.request('DELETE', `/v2/${name}/manifests/${digest}`);
    assert.equal(gone.status, 202, await gone.text());
  }
}

/** Every manifest that the registry has must be whole, with all that it names. */
async function verify(registry: RegistryProcess, { tags }: Answers): Promise<void> {
  for (const [tag, digest] of tags) {
    const [name = '', reference = ''] = tag.split(':');
    const answer = await registry.request('GET', `/v2/${name}/manifests/${reference}`);
    assert.equal(digestOf(await answer.text()), digest, `${tag} was answered`);
  }
  const repositories = join(registry.root, 'repositories');
  for (const name of readdirSync(repositories)) {
    const manifests = join(repositories, name, '_manifests');
    for (const hex of existsSync(manifests) ? readdirSync(manifests) : []) {
      const answer = await registry.request('GET', `/v2/${name}/manifests/sha256:${hex}`);
      assert.equal(answer.status, 200, hex);
      const { config, layers } = (await answer.json()) as { config: { digest: string }; layers: { digest: string }[] };
      for (const { digest } of [config, ...layers]) {
        const blob = await registry.request('GET', `/v2/${name}/blobs/${digest}`);
        assert.equal(digestOf(await blob.text()), digest);
      }
    }
  }
}

test('nothing that a manifest names is ever missing, whenever the registry is killed', async (t) => {
  const registry = await RegistryProcess.start(t, ['--gc-interval', '5ms', '--gc-grace', '10ms']);
  const answers: Answers = { tags: new Map() };
  let collections = 0;
  for (let round = 0; round < ROUNDS; round++) {
    const pushes = Promise.allSettled(
      ['one', 'two', 'three'].map((name) => pushAndDelete(registry, name, round, answers)),
    );
    const before = answers.tags.size;
    await until('something has been pushed', () => answers.tags.size >= before + 6);
    // At another point of the work in each round.
    await delay(round * 7);
    await registry.end('SIGKILL');
    collections += registry.output.split('garbage collected').length - 1;
    for (const one of await pushes) {
      if (one.status === 'rejected' && one.reason instanceof assert.AssertionError) throw one.reason;
    }
    await registry.start();
    await verify(registry, answers);
  }
  assert.ok(collections > 0, 'garbage was collected meanwhile');
});

test('a collection of garbage that is killed takes nothing that is needed, and the next one takes the rest', async (t) => {
  const registry = await RegistryProcess.start(t, ['--gc-interval', '0s']);
  const answers: Answers = { tags: new Map() };
  for (const name of ['one', 'two']) {
    const config = await pushBlob(registry, name, '{}');
    const layer = await pushBlob(registry, name, 'shared');
    const manifest = manifestOf(config, '{}', [layer], ['shared']);
    const headers = { 'Content-Type': MANIFEST_TYPE };
    const put = await registry.request('PUT', `/v2/${name}/manifests/v1`, { body: manifest, headers });
    assert.equal(put.status, 201, await put.text());
    answers.tags.set(`${name}:v1`, digestOf(manifest));
  }
  const garbage = Array.from({ length: 120 }, (_, index) => `garbage ${index}`);
  await Promise.all(garbage.map((content, index) => pushBlob(registry, index % 2 === 0 ? 'one' : 'lost', content)));
  await registry.end('SIGTERM');
  const blobs = () => readdirSync(join(registry.root, 'content/blobs/sha256')).length;
  const records = () =>
    ['one', 'lost'].reduce(
      (sum, name) => sum + readdirSync(join(registry.root, `repositories/${name}/_blobs`)).length,
      0,
    );
  const needed = blobs() - garbage.length;
  const collecting = ['--gc-interval', '1ms', '--gc-grace', '1ms'];
  await registry.start(collecting);
  // First records go, then content: it is killed in the midst of either.
  await until('some records have gone', () => records() < garbage.length);
  await registry.end('SIGKILL');
  assert.ok(blobs() > needed);
  await registry.start(collecting);
  await until('some content has gone', () => blobs() < needed + garbage.length);
  await registry.end('SIGKILL');
  await registry.start(collecting);
  await verify(registry, answers);
  await until('all garbage has gone', () => blobs() === needed);
  await verify(registry, answers);
});
