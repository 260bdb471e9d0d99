import assert from 'node:assert/strict';
import { mkdtempSync, rmSync, symlinkSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { after, test } from 'node:test';
import { fileURLToPath } from 'node:url';
import { runCommand } from '../../support/command.ts';

const skiff = fileURLToPath(new URL('../../../bin/skiff', import.meta.url));
const folder = mkdtempSync('/tmp/skt-');
after(() => rmSync(folder, { recursive: true }));

const UNREACHABLE = (address: string): string =>
  `Cannot connect to the Docker daemon at ${address}. Is the docker daemon running?\n`;

test('files of the folder that it is called in neither run code nor set variables', async () => {
  writeFileSync(join(folder, '.env'), 'DOCKER_HOST=unix:///from-the-folder.sock\n');
  writeFileSync(join(folder, 'bunfig.toml'), 'preload = ["./code.ts"]\n');
  writeFileSync(join(folder, 'code.ts'), 'console.log("run");\n');
  const env = { DOCKER_HOST: 'unix:///from-the-environment.sock' };
  assert.deepEqual(await runCommand(skiff, ['stop', 'x'], { cwd: folder, env }), {
    status: 1,
    stdout: '',
    stderr: UNREACHABLE('unix:///from-the-environment.sock'),
  });
});

test('called through a link named docker it says docker', async () => {
  symlinkSync(skiff, join(folder, 'docker'));
  const { stderr } = await runCommand(join(folder, 'docker'), ['stop']);
  assert.match(stderr, /^docker: 'docker stop' requires at least 1 argument\n/);
  const own = await runCommand(skiff, ['stop']);
  assert.match(own.stderr, /^skiff: 'skiff stop' requires at least 1 argument\n/);
});

test('a mistyped command is answered with the one that was meant', async () => {
  const { status, stderr } = await runCommand(skiff, ['container', 'strat']);
  assert.equal(status, 1);
  assert.equal(
    stderr,
    [
      'skiff: unknown command: skiff container strat',
      '',
      "Did you mean 'skiff container start'?",
      '',
      'Usage:  skiff container',
      '',
      "Run 'skiff container --help' for more information",
      '',
    ].join('\n'),
  );
});

test('a command that a group has not is answered with docker’s usage line of the group', async () => {
  const { stderr } = await runCommand(skiff, ['volume', 'nope']);
  assert.match(stderr, /^skiff: unknown command: skiff volume nope\n\nUsage: {2}skiff volume COMMAND\n\n/);
  const flag = await runCommand(skiff, ['volume', '--nope']);
  assert.match(flag.stderr, /^unknown flag: --nope\n\nUsage: {2}skiff volume COMMAND\n\n/);
});

test('a reader that leaves early ends the program without a word', async () => {
  const { status, stderr } = await runCommand('bash', ['-c', `${skiff} --help | true; exit \${PIPESTATUS[0]}`]);
  assert.ok(status === 0 || status === 141, `exit status ${status}`);
  assert.equal(stderr, '');
});

test('an output that takes no more for a while gets everything in the end', async () => {
  const slow = [
    'import fcntl, os, subprocess, sys, time',
    'r, w = os.pipe()',
    'fcntl.fcntl(w, fcntl.F_SETFL, fcntl.fcntl(w, fcntl.F_GETFL) | os.O_NONBLOCK)',
    'fcntl.fcntl(w, fcntl.F_SETPIPE_SZ, 4096)',
    'child = subprocess.Popen([sys.argv[1], "run", "--help"], stdout=w)',
    'os.close(w)',
    'time.sleep(0.3)',
    'data = b""',
    'while part := os.read(r, 1000): data += part',
    'child.wait()',
    'sys.stdout.buffer.write(data)',
  ].join('\n');
  const whole = await runCommand(skiff, ['run', '--help']);
  const slowly = await runCommand('python3', ['-c', slow, skiff]);
  assert.ok(whole.stdout.length > 8192);
  assert.equal(slowly.stdout, whole.stdout);
});
