import assert from 'node:assert/strict';
import { readdirSync, readFileSync } from 'node:fs';
import { join } from 'node:path';
import { after, before, test } from 'node:test';
import { shortcutFilter } from '../../../src/runtime/shortcut-filter.ts';
import { runFilter } from '../../../src/runtime/testing/run-filter.ts';
import { runContainer } from '../../support/containers.ts';
import { startDaemon, type TestDaemon } from '../../support/daemon.ts';

type Answer = ReturnType<typeof runFilter>;

const ARCHITECTURES = { x86_64: 0xc000003e, i386: 0x40000003, aarch64: 0xc00000b7, arm: 0x40000028, none: 0 };
/** Among them what the default profile asks of clone, personality and socket. */
const ARGUMENTS = [0, 1, 8, 16, 40, 0x20000, 0x20008, 0x10000000, 0x7e020000, 0xffffffff];
const LAST_NUMBER = 600;
const X32 = 0x40000000;
const SHORT = 60;

let daemon: TestDaemon;
before(async () => {
  daemon = await startDaemon();
});
after(() => daemon.close());

function filterOf(id: string): Buffer {
  const path = readdirSync(daemon.execRoot, { recursive: true, encoding: 'utf8' }).find((name) =>
    name.endsWith(`${id}/seccomp.bpf`),
  );
  assert.ok(path, 'crun keeps the filter');
  return readFileSync(join(daemon.execRoot, path));
}

test('containers after the first get a filter that says the same of every system call, in few steps', async () => {
  const ids = [];
  for (let n = 0; n < 2; n++) ids.push(await runContainer(daemon, { Cmd: ['sleep', '1000'] }));
  const [compiled, used] = ids.map(filterOf);
  assert.ok(compiled && used);
  assert.ok(used.equals(shortcutFilter(compiled)), 'the second one has the shortcuts');
  assert.ok(used.length > compiled.length);
  const numbers = [...Array(LAST_NUMBER).keys()].flatMap((number) => [number, number + X32]);
  let longest = 0;
  for (const [name, architecture] of Object.entries(ARCHITECTURES)) {
    for (const number of [...numbers, X32 - 1, 0x7fffffff, 0x80000000, 0xffffffff]) {
      for (const low of ARGUMENTS) {
        for (const high of [0, 1]) {
          const data = [number, architecture, 0, 0, ...Array.from({ length: 6 }, () => [low, high]).flat()];
          const expected: Answer = runFilter(compiled, data);
          const found: Answer = runFilter(used, data);
          assert.equal(found.answer, expected.answer, `${name} ${number} ${low} ${high}`);
          longest = Math.max(longest, found.steps);
        }
      }
    }
  }
  assert.ok(longest < SHORT, `${longest} steps`);
});
