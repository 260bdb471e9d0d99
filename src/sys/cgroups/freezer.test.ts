import assert from 'node:assert/strict';
import { mkdir, mkdtemp, readFile, rm, writeFile } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { after, test } from 'node:test';
import { freezeCgroup, isCgroupFrozen, thawCgroup } from './freezer.ts';

const base = await mkdtemp(join(tmpdir(), 'skiff-freezer-'));
after(() => rm(base, { recursive: true }));

test('version 1 is told by a state, and is frozen once it says so', async () => {
  const hierarchies = { mode: 'v1', roots: [join(base, 'freezer')], unified: undefined, v1Base: base } as const;
  await mkdir(join(base, 'freezer/a'), { recursive: true });
  const state = join(base, 'freezer/a/freezer.state');
  await writeFile(state, 'THAWED');
  assert.equal(await isCgroupFrozen(hierarchies, '/a'), false);
  await freezeCgroup(hierarchies, '/a');
  assert.equal(await readFile(state, 'utf8'), 'FROZEN');
  assert.equal(await isCgroupFrozen(hierarchies, '/a'), true);
  await writeFile(state, 'FREEZING\n');
  assert.equal(await isCgroupFrozen(hierarchies, '/a'), true);
  await writeFile(state, '');
  await thawCgroup(hierarchies, '/a');
  assert.equal(await readFile(state, 'utf8'), 'THAWED');
});

test('version 2 is told by a number, and is frozen once its events say so', async () => {
  const unified = join(base, 'unified');
  const hierarchies = { mode: 'v2', roots: [unified], unified, v1Base: undefined } as const;
  await mkdir(join(unified, 'a'), { recursive: true });
  await writeFile(join(unified, 'a/cgroup.events'), 'populated 1\nfrozen 0\n');
  await writeFile(join(unified, 'a/cgroup.freeze'), '0');
  assert.equal(await isCgroupFrozen(hierarchies, '/a'), false);
  const frozen = freezeCgroup(hierarchies, '/a');
  await writeFile(join(unified, 'a/cgroup.events'), 'populated 1\nfrozen 1\n');
  await frozen;
  assert.equal(await readFile(join(unified, 'a/cgroup.freeze'), 'utf8'), '1');
  await thawCgroup(hierarchies, '/a');
  assert.equal(await readFile(join(unified, 'a/cgroup.freeze'), 'utf8'), '0');
});

test('a cgroup that is gone is not frozen, and thawing it changes nothing', async () => {
  const unified = join(base, 'unified');
  const hierarchies = { mode: 'v2', roots: [unified], unified, v1Base: undefined } as const;
  assert.equal(await isCgroupFrozen(hierarchies, '/gone'), false);
  await thawCgroup(hierarchies, '/gone');
});
