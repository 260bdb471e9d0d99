import assert from 'node:assert/strict';
import { readdirSync } from 'node:fs';
import { join } from 'node:path';
import { after, before, test } from 'node:test';
import { startDaemon, type TestDaemon } from '../../support/daemon.ts';
import { mountsBelow, processesOf } from '../../support/leaks.ts';
import { until } from '../../support/until.ts';

const RUNS = Number(process.env['SKIFF_LEAK_RUNS'] ?? 200);

let daemon: TestDaemon;
before(async () => {
  daemon = await startDaemon();
});
after(() => daemon.close());

/** What may grow with every container: entries by kind, counted. */
function held(): Record<string, number> {
  return {
    mounts: mountsBelow(daemon.root).length,
    processes: processesOf(daemon.root).length,
    descriptors: readdirSync(`/proc/${daemon.pid}/fd`).length,
    dataFiles: filesBelow(daemon.dataRoot),
    execFiles: filesBelow(daemon.execRoot),
  };
}

/** Infinitely many while something is being removed in between. */
function filesBelow(folder: string): number {
  try {
    return readdirSync(folder, { recursive: true }).length;
  } catch (error) {
    if (error instanceof Error && 'code' in error && error.code === 'ENOENT') return Number.POSITIVE_INFINITY;
    throw error;
  }
}

/** Layers are deleted in the background, out of a folder for that. */
async function nothingIsBeingRemoved(): Promise<void> {
  const trash = join(daemon.dataRoot, 'layers/trash');
  await until('nothing is being removed', () => readdirSync(trash).length === 0);
}

test(`${RUNS} containers that are removed at their exit leave nothing`, async () => {
  const run = async () => {
    const create = await daemon.call('POST', '/containers/create', {
      body: { Image: 'busybox', Cmd: ['true'], HostConfig: { AutoRemove: true } },
    });
    const { Id } = create.json<{ Id: string }>();
    const removed = daemon.call('POST', `/containers/${Id}/wait?condition=removed`);
    assert.equal((await daemon.call('POST', `/containers/${Id}/start`)).status, 204);
    assert.equal((await removed).json<{ StatusCode: number }>().StatusCode, 0);
  };
  await run();
  await nothingIsBeingRemoved();
  const before = held();
  for (let n = 0; n < RUNS; n++) await run();
  await until(`the same is held as before: ${JSON.stringify(before)}`, () => {
    const now = held();
    return Object.entries(before).every(([kind, count]) => (now[kind] ?? 0) <= count);
  });
});
