import assert from 'node:assert/strict';
import { mkdirSync, mkdtempSync, readdirSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import type { TestContext } from 'node:test';
import { test } from 'node:test';
import { RecordingSyscalls } from '../recording.ts';
import type { MountRequest } from '../syscalls.ts';
import { mountOverlay } from './overlay-mount.ts';

async function dataFor(root: string, lower: string[], volatile = false): Promise<string> {
  const syscalls = new RecordingSyscalls();
  await mountOverlay(syscalls, { root, lower, upper: 'u', work: 'w', target: '/m', volatile });
  const [call] = syscalls.calls;
  const request = call?.args[0] as MountRequest;
  assert.deepEqual([call?.name, request.fsType, request.target], ['mount', 'overlay', '/m']);
  return request.data ?? '';
}

function temporaryFolder(t: TestContext, name: string): string {
  const folder = mkdtempSync(join(tmpdir(), 'skiff-overlay-'));
  t.after(() => rmSync(folder, { recursive: true }));
  mkdirSync(join(folder, name), { recursive: true });
  return join(folder, name);
}

test('paths that fit are given as they are, the topmost layer first', async () => {
  const data = await dataFor('/data', ['l/2', 'l/1']);
  assert.match(data, /,lowerdir=\/data\/l\/2:\/data\/l\/1,upperdir=\/data\/u,workdir=\/data\/w$/);
  assert.doesNotMatch(data, /volatile/);
  assert.match(await dataFor('/data', ['l/1'], true), /,volatile,/);
});

test('128 layers fit into a page below any root, by way of a descriptor that is closed again', async (t) => {
  const root = temporaryFolder(t, join('x'.repeat(200), 'y'.repeat(200)));
  const lower = Array.from({ length: 128 }, (_, index) => `l/${(46_000 + index).toString(36)}`);
  const before = readdirSync('/proc/self/fd').length;
  const data = await dataFor(root, lower);
  assert.ok(data.length < 4096, `${data.length} bytes`);
  assert.match(data, /lowerdir=\/proc\/self\/fd\/\d+\/l\/zhs:/);
  assert.equal(readdirSync('/proc/self/fd').length, before);
});

test('a root with characters that separate options never appears in them', async (t) => {
  for (const name of ['a:b', 'a,b', 'a\\b']) {
    assert.match(await dataFor(temporaryFolder(t, name), ['l/1']), /lowerdir=\/proc\/self\/fd\/\d+\/l\/1,/);
  }
});
