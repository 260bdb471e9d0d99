import assert from 'node:assert/strict';
import { spawn } from 'node:child_process';
import { once as onceEvent } from 'node:events';
import { readdirSync } from 'node:fs';
import { join } from 'node:path';
import { test } from 'node:test';
import { fileURLToPath } from 'node:url';
import { isEngineError } from '../../../src/errors/engine-error.ts';
import type { DiffId } from '../../../src/lib/digest.ts';
import { processesOf } from '../../support/leaks.ts';
import { until } from '../../support/until.ts';
import { layerFixture, leftIn, once, run } from './layer-fixture.ts';

const PROGRAM = fileURLToPath(new URL('./apply-once.fixture.ts', import.meta.url));

test('a daemon that is killed while it unpacks leaves no process, and nothing that a sweep does not remove', async (t) => {
  const fixture = layerFixture(t);
  run('sh', ['-ec', 'mkdir tree; cd tree; for i in $(seq 3000); do echo $i > $i; done'], { cwd: fixture.scratch });
  const tar = run('tar', ['c', '-C', join(fixture.scratch, 'tree'), '.']);
  const { digest } = await fixture.content.ingest(once(tar));

  const daemon = spawn(process.execPath, [PROGRAM, fixture.root, digest], { stdio: 'inherit' });
  const temporary = join(fixture.root, 'layers', 'tmp');
  const isUnpacking = () => readdirSync(temporary).some((name) => readdirSync(join(temporary, name)).length > 10);
  await until('the layer is being unpacked', isUnpacking);
  daemon.kill('SIGKILL');
  await onceEvent(daemon, 'exit');

  await until('the unpacking process has ended', () => processesOf(fixture.root).length === 0);
  assert.equal(fixture.database.sql.prepare('SELECT count(*) AS n FROM layers').get()?.['n'], 0);
  await fixture.store.sweep(new Set());
  assert.deepEqual(await leftIn(fixture), []);
  const layer = await fixture.store.apply({ parent: undefined, blob: digest, diffId: digest as DiffId });
  assert.equal(layer.diffId, digest);
});

test('an unpacking process that dies fails its own layer, and another one unpacks the next', async (t) => {
  const fixture = layerFixture(t);
  run('sh', ['-ec', 'mkdir tree; cd tree; for i in $(seq 3000); do echo $i > $i; done'], { cwd: fixture.scratch });
  const { digest } = await fixture.content.ingest(once(run('tar', ['c', '-C', join(fixture.scratch, 'tree'), '.'])));
  const applied = assert.rejects(
    fixture.store.apply({ parent: undefined, blob: digest }),
    (error) => isEngineError(error, 'internal') && /killed by SIGKILL/.test(error.message),
  );
  const [found = ''] = await until('a process unpacks', () => {
    const processes = processesOf(join(fixture.root, 'layers'));
    return processes.length === 0 ? undefined : processes;
  });
  process.kill(Number(/^process (\d+)/.exec(found)?.[1]), 'SIGKILL');
  await applied;
  assert.deepEqual(await leftIn(fixture), []);
  assert.equal((await fixture.store.apply({ parent: undefined, blob: digest })).diffId, digest);
});
