import assert from 'node:assert/strict';
import { mkdir, mkdtemp, readdir, rm, writeFile } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { after, test } from 'node:test';
import { RecordingSyscalls } from '../recording.ts';
import { Cgroups, releaseV2Controllers } from './cgroups.ts';

const EBUSY = 16;
const base = await mkdtemp(join(tmpdir(), 'skiff-cgroups-'));
const unified = join(base, 'unified');
await mkdir(unified);
await writeFile(join(unified, 'cgroup.controllers'), 'hugetlb misc\n');
after(() => rm(base, { recursive: true }));

const hybrid = new Cgroups({ mode: 'hybrid', roots: [unified, join(base, 'pids')], unified, v1Base: base });

test('controllers that version 2 still owns are mounted as version 1, also beside another daemon that does so', async () => {
  const syscalls = new RecordingSyscalls();
  syscalls.failNext('mount', EBUSY);
  assert.deepEqual(await releaseV2Controllers(hybrid, syscalls), ['misc']);
  assert.deepEqual(
    syscalls.calls.map(({ args }) => args[0]),
    ['hugetlb', 'misc'].map((data) => ({
      source: 'cgroup',
      target: join(base, data),
      fsType: 'cgroup',
      flags: 2 | 4 | 8,
      data,
    })),
  );
});

test('a host with one version of cgroups is left as it is', async () => {
  const syscalls = new RecordingSyscalls();
  const v2 = new Cgroups({ mode: 'v2', roots: [unified], unified, v1Base: undefined });
  assert.deepEqual(await releaseV2Controllers(v2, syscalls), []);
  assert.deepEqual(syscalls.calls, []);
});

test('a cgroup goes with all below it from every hierarchy, and its processes are counted once', async () => {
  await mkdir(join(unified, 'skiff/a/b'), { recursive: true });
  await mkdir(join(base, 'pids/skiff/a'), { recursive: true });
  await writeFile(join(unified, 'skiff/a/b/cgroup.procs'), '12\n13\n');
  await writeFile(join(unified, 'skiff/a/cgroup.procs'), '');
  await writeFile(join(base, 'pids/skiff/a/cgroup.procs'), '12\n');
  assert.deepEqual([...(await hybrid.processes('/skiff/a'))], [12, 13]);
  for (const path of ['unified/skiff/a/b', 'unified/skiff/a', 'pids/skiff/a'])
    await rm(join(base, path, 'cgroup.procs'));
  assert.equal(await hybrid.remove('/skiff/a'), true);
  assert.equal(await hybrid.remove('/skiff/a'), true);
  await hybrid.removeIfEmpty('/skiff');
  assert.deepEqual([await readdir(join(base, 'pids')), (await readdir(unified)).includes('skiff')], [[], false]);
});
