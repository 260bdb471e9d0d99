import assert from 'node:assert/strict';
import { appendFile, mkdir, mkdtemp, rm, writeFile } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { after, test } from 'node:test';
import { watchMemoryKills } from './memory-kills.ts';

const root = await mkdtemp(join(tmpdir(), 'skiff-kills-'));
after(() => rm(root, { recursive: true }));
const hierarchies = { mode: 'v2', unified: root, v1Base: undefined, roots: [root] } as const;

async function group(name: string, kills: number): Promise<string> {
  await mkdir(join(root, name));
  await writeFile(join(root, name, 'memory.events'), `low 0\nhigh 0\nmax 9\noom ${kills}\noom_kill ${kills}\n`);
  return name;
}

test('pressure alone is no kill; a kill is told once', async () => {
  const name = await group('pressed', 0);
  const told = Promise.withResolvers<void>();
  let times = 0;
  const end = watchMemoryKills(hierarchies, name, () => {
    times++;
    told.resolve();
  });
  const events = join(root, name, 'memory.events');
  await appendFile(events, 'oom_group_kill 0\n');
  await writeFile(events, 'max 12\noom 1\noom_kill 1\n');
  await told.promise;
  await writeFile(events, 'max 13\noom 2\noom_kill 2\n');
  assert.equal(times, 1);
  end();
});

test('a kill of before is told at once, and a group that is gone tells nothing', async () => {
  const told = Promise.withResolvers<void>();
  watchMemoryKills(hierarchies, await group('killed', 3), told.resolve);
  await told.promise;
  watchMemoryKills(hierarchies, 'gone', () => assert.fail('there is nothing to tell'))();
});
