import assert from 'node:assert/strict';
import { existsSync, mkdtempSync, readFileSync, rmSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { after, before, test } from 'node:test';
import { clis } from '../../support/clis.ts';
import { runCommand } from '../../support/command.ts';
import { startDaemon, type TestDaemon } from '../../support/daemon.ts';

let daemon: TestDaemon;
const folder = mkdtempSync('/tmp/skt-');
before(async () => {
  daemon = await startDaemon();
});
after(async () => {
  rmSync(folder, { recursive: true });
  await daemon.close();
});

test('what the flags say is what the container finds', async () => {
  const envFile = join(folder, 'env');
  writeFileSync(envFile, 'FROM_FILE=1\n# not this\n');
  const flags = [
    '-h',
    'myhost',
    '-w',
    '/work',
    '-u',
    '1:2',
    '-e',
    'A=b c',
    '--env-file',
    envFile,
    '--entrypoint',
    'sh',
  ];
  const script = 'hostname; pwd; id -u; id -g; echo $A; echo $FROM_FILE';
  assert.equal(await daemon.skiff(['run', '--rm', ...flags, 'busybox', '-c', script]), 'myhost\n/work\n1\n2\nb c\n1\n');
});

test('the ID file holds the ID, is not overwritten, and does not stay after a failure', async () => {
  const idFile = join(folder, 'id');
  const id = (await daemon.skiff(['create', '--cidfile', idFile, 'busybox'])).trim();
  assert.equal(readFileSync(idFile, 'utf8'), id);
  const again = await daemon.trySkiff(['create', '--cidfile', idFile, 'busybox']);
  assert.deepEqual([again.status, again.stdout], [1, '']);
  assert.match(again.stderr, /^container ID file found, make sure the other container isn't running or delete /);
  await daemon.skiff(['rm', id]);
  rmSync(idFile);
  assert.equal((await daemon.trySkiff(['create', '--cidfile', idFile, '--name', '!', 'busybox'])).status, 1);
  assert.equal(existsSync(idFile), false);
});

test('a missing image is named before the daemon is asked for it, and refused at once with --pull never', async () => {
  const never = await daemon.trySkiff(['run', '--pull', 'never', 'no-such-image']);
  assert.deepEqual(never, {
    status: 125,
    stdout: '',
    stderr:
      "skiff: Error response from daemon: No such image: no-such-image:latest\n\nRun 'skiff run --help' for more information\n",
  });
  const missing = await daemon.trySkiff(['run', 'no-such-image:1']);
  assert.equal(missing.status, 125);
  assert.match(missing.stderr, /^Unable to find image 'no-such-image:1' locally\n/);
});

test('a platform that is none is refused, and one that the image is not for is pulled unless --pull says never', async () => {
  const none = await daemon.trySkiff(['run', '--platform', 'bogus', 'busybox']);
  assert.equal(none.status, 125);
  assert.match(
    none.stderr,
    /^skiff: error parsing specified platform: "bogus": unknown operating system or architecture/,
  );
  const other = process.arch === 'arm64' ? 'linux/amd64' : 'linux/arm64';
  const never = await daemon.trySkiff(['run', '--platform', other, '--pull', 'never', 'busybox']);
  assert.match(never.stderr, /image with reference busybox was found but does not match the specified platform/);
  const missing = await daemon.trySkiff(['run', '--platform', other, 'busybox']);
  assert.match(missing.stderr, /^Unable to find image 'busybox:latest' locally\n/);
});

test('an ID file that cannot be made is refused before anything else', async () => {
  const refused = await daemon.trySkiff(['create', '--cidfile', join(folder, 'none', 'id'), 'busybox']);
  assert.equal(refused.stderr.includes('failed to create the container ID file: open '), true);
  assert.match(refused.stderr, /none\/id: no such file or directory\n/);
});

test('an image with a tag and options after it are the command of the container', async () => {
  assert.equal(
    await daemon.skiff(['run', '--rm', 'busybox:latest', 'echo', '--rm', '-it', '--', 'x']),
    '--rm -it -- x\n',
  );
});

test('input that nobody reads, even without an end, keeps nothing from ending', async () => {
  const result = await runCommand('sh', ['-c', `${skiffLine('run -i --rm busybox echo done')} < /dev/zero`]);
  assert.deepEqual(result, { status: 0, stdout: 'done\n', stderr: '' });
});

function skiffLine(args: string): string {
  const cli = clis.find(({ name }) => name === 'skiff');
  assert.ok(cli);
  return cli.line(daemon, args);
}
