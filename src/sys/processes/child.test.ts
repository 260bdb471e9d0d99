import assert from 'node:assert/strict';
import { execFileSync, spawn } from 'node:child_process';
import { once } from 'node:events';
import { createReadStream, mkdtempSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { test } from 'node:test';
import { messageOf } from '../../errors/engine-error.ts';
import { runChild } from './child.ts';

test('a child that ends with its parent does so when the parent is killed', { timeout: 30_000 }, async () => {
  const folder = mkdtempSync(join(tmpdir(), 'skiff-child-'));
  // Held open by the child alone: it ends with it.
  const fifo = join(folder, 'fifo');
  execFileSync('mkfifo', [fifo]);
  const program = `import { runChild } from ${JSON.stringify(new URL('child.ts', import.meta.url).href)};
    await runChild('sh', ['-c', 'exec >$0; echo there; exec sleep 20', '${fifo}'], { endsWithUs: true });`;
  const parent = spawn(process.execPath, ['--input-type=module', '-e', program], { stdio: 'inherit' });
  const heard = createReadStream(fifo, 'utf8');
  assert.deepEqual(await once(heard, 'data'), ['there\n']);
  const ended = once(heard, 'end');
  heard.resume();
  const killedAt = performance.now();
  parent.kill('SIGKILL');
  await ended;
  assert.ok(performance.now() - killedAt < 15_000, 'it does not wait for its own end');
  rmSync(folder, { recursive: true });
});

test('of what a child says at its failure the beginning is kept', async () => {
  const script = 'echo first >&2; yes "and so on" | head -c 1000000 >&2; exit 3';
  await assert.rejects(runChild('sh', ['-c', script]), (error) => {
    assert.match(messageOf(error), /^sh -c: exit status 3: first\nand so on/);
    assert.ok(messageOf(error).length < 20_000, String(messageOf(error).length));
    return true;
  });
});
