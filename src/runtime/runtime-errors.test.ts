import assert from 'node:assert/strict';
import { test } from 'node:test';
import { processNotStarted } from './runtime-errors.ts';

const PREFIX = 'OCI runtime exec failed: exec failed: unable to start container process';
const cases = [
  {
    said: 'executable file `nope` not found in $PATH: No such file or directory',
    command: 'nope',
    text: 'exec: "nope": executable file not found in $PATH: unknown',
  },
  {
    said: '2026-01-02T03:04:05.123456Z: executable file `/x` not found in $PATH: No such file or directory\n',
    command: '/x',
    text: 'exec: "/x": stat /x: no such file or directory: unknown',
  },
  { said: 'open executable: Permission denied', command: '/f', text: 'exec: "/f": permission denied: unknown' },
  {
    said: 'open executable: Operation not permitted',
    command: '/d',
    text: 'exec: "/d": is a directory: unknown: permission denied',
  },
  {
    said: 'the path `/d` is not a regular file: Operation not permitted',
    command: '/d',
    text: 'exec: "/d": is a directory: unknown: permission denied',
  },
  {
    said: 'chdir `/x`: No such file or directory',
    command: 'true',
    text: 'chdir to cwd ("/x") set in config.json failed: no such file or directory: unknown',
  },
  {
    said: 'time="2026-01-02T03:04:05Z" level=error msg="exec failed: unable to start container process: exec: \\"x\\": executable file not found in $PATH"',
    command: 'x',
    text: 'exec: "x": executable file not found in $PATH: unknown',
  },
];
for (const { said, command, text } of cases) {
  test(`"${said.trim()}" becomes Docker’s words for it`, () => {
    assert.equal(processNotStarted('exec', 'crun', command, said).message, `${PREFIX}: ${text}`);
  });
}

test('a command at fault is the client’s error, anything else the engine’s', () => {
  assert.equal(processNotStarted('create', 'crun', 'x', 'open executable: Permission denied').kind, 'invalid_argument');
  assert.equal(processNotStarted('create', 'crun', 'x', 'write to cgroup: Device or resource busy').kind, 'internal');
  assert.equal(processNotStarted('create', 'crun', 'x', '').kind, 'internal');
});

test('a folder over a file, or a file over a folder, gets Docker’s hint', () => {
  const said = 'mount `/tmp/x` to `etc/passwd`: Not a directory';
  assert.match(
    processNotStarted('create', 'crun', 'sh', said).message,
    /: not a directory: unknown: Are you trying to mount a directory onto a file \(or vice-versa\)\? Check/,
  );
  assert.doesNotMatch(processNotStarted('exec', 'crun', 'sh', said).message, /Are you trying/);
});
