import assert from 'node:assert/strict';
import { spawnSync } from 'node:child_process';
import { test } from 'node:test';
import { fileURLToPath } from 'node:url';

const root = fileURLToPath(new URL('../..', import.meta.url));

/** What oxlint reports on the fixture, as `file: message [rule]`. */
function lintFixture(): string[] {
  const run = spawnSync(`${root}/node_modules/.bin/oxlint`, ['-f', 'unix', '.'], {
    cwd: `${root}/test/fixtures/lint`,
    encoding: 'utf8',
  });
  return run.stdout.split('\n').map((line) => line.replace(/:\d+:\d+:/, ':'));
}

const reported = lintFixture();

function assertReported(line: string | RegExp): void {
  assert.ok(
    reported.some((found) => (typeof line === 'string' ? found.startsWith(line) : line.test(found))),
    `oxlint did not report ${line}; it reported:\n${reported.join('\n')}`,
  );
}

test('a module that imports what the table in ARCHITECTURE.md does not allow is reported', () => {
  assertReported('src/layers/store.ts: layers may not import containers (import table in ARCHITECTURE.md)');
});

test('a route that imports the engine is reported, and its backend.ts may take types from it', () => {
  assertReported('src/server/routes/x/routes.ts: server may not import containers (import table in ARCHITECTURE.md)');
  assert.ok(!reported.some((line) => line.startsWith('src/server/routes/x/backend.ts')), reported.join('\n'));
});

test('foreign functions and kernel file systems outside sys/ are reported', () => {
  assertReported('src/layers/store.ts: only sys/ may import koffi');
  assertReported('src/layers/store.ts: only sys/ may touch /proc/self/mounts');
});

for (const rule of [
  'import(no-default-export)',
  'typescript(no-explicit-any)',
  'typescript(no-non-null-assertion)',
  'typescript(no-floating-promises)',
  'typescript(switch-exhaustiveness-check)',
  'eslint(no-console)',
  'eslint(no-empty)',
]) {
  test(`the rule ${rule} bites`, () => {
    assertReported(new RegExp(`^src/sys/habits\\.ts: .*/${rule.replace(/[()]/g, '\\$&')}\\]$`));
  });
}
