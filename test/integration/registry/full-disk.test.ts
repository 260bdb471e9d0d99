import assert from 'node:assert/strict';
import { mkdtempSync, readdirSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { test } from 'node:test';
import { digestOf } from '../../../src/lib/digest.ts';
import { mustRun } from '../../support/command.ts';
import { codesOf, openRegistry, pushBlob } from './registry-fixture.ts';

test('a disk that is full refuses a push with its reason, keeps nothing of it, and takes what fits', async (t) => {
  const root = mkdtempSync(join(tmpdir(), 'skiff-full-'));
  await mustRun('mount', ['-t', 'tmpfs', '-o', 'size=4m', 'skiff-full', root]);
  t.after(async () => {
    await mustRun('umount', ['-l', root]);
    rmSync(root, { recursive: true });
  });
  const registry = await openRegistry(t, { root });
  const large = Buffer.alloc(8 * 1024 * 1024, 'x');
  for (const chunked of [false, true]) {
    const query = chunked ? '' : `?digest=${digestOf(large)}`;
    const started = await registry.request('POST', `/v2/app/blobs/uploads/${query}`, chunked ? {} : { body: large });
    const location = started.headers.get('location') ?? '';
    const refused = chunked ? await registry.request('PATCH', location, { body: large }) : started;
    assert.equal(refused.status, 500);
    const { errors } = (await refused.json()) as { errors: { code: string; message: string }[] };
    assert.equal(errors[0]?.code, 'UNKNOWN');
    assert.match(errors[0]?.message ?? '', /no space left on device/);
    assert.deepEqual(readdirSync(join(root, 'uploads')), []);
  }
  assert.equal(await pushBlob(registry, 'app', 'it fits'), digestOf('it fits'));
  assert.deepEqual(await codesOf(await registry.request('GET', '/v2/app/manifests/v1')), ['MANIFEST_UNKNOWN']);
  assert.equal(registry.failures.length, 2);
});
