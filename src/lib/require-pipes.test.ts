import assert from 'node:assert/strict';
import { execFileSync } from 'node:child_process';
import { test } from 'node:test';

test('a child that gets no pipes, for want of descriptors, is an error and not the end of its parent', () => {
  const program = `
    import { spawn } from 'node:child_process';
    import { openSync } from 'node:fs';
    import { setImmediate } from 'node:timers/promises';
    import { requirePipes } from ${JSON.stringify(new URL('require-pipes.ts', import.meta.url).href)};
    const start = () => requirePipes(spawn('true', [], { stdio: ['pipe', 'pipe', 'pipe'] }), 'true');
    start();
    try {
      for (;;) openSync('/dev/null');
    } catch {}
    try {
      start();
    } catch (error) {
      console.log(error.kind, error.message);
    }
    await setImmediate();
  `;
  const script = 'ulimit -n 64; exec "$@"';
  const args = ['-c', script, 'sh', process.execPath, '--input-type=module', '-e', program];
  const said = execFileSync('sh', args, { encoding: 'utf8' });
  assert.equal(said, 'unavailable true cannot be started: too many open files\n');
});
