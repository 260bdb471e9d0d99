import assert from 'node:assert/strict';
import { once } from 'node:events';
import { after, before, test } from 'node:test';
import { clis } from '../../support/clis.ts';
import { startDaemon, type TestDaemon } from '../../support/daemon.ts';
import { Terminal } from '../../support/terminal.ts';
import { until } from '../../support/until.ts';

// What docker does in the same situations was observed and is written down here; our command line alone is under test.

let daemon: TestDaemon;
const skiff = clis.find(({ name }) => name === 'skiff');
assert.ok(skiff);

before(async () => {
  daemon = await startDaemon();
});
after(() => daemon.close());

const TICKING = 'trap "echo caught; exit 6" INT; i=0; while :; do i=$((i+1)); echo tick $i; sleep 0.1; done';

test('attach shows what comes from now on and hands Ctrl-C on', async () => {
  await daemon.skiff(['run', '-d', '--name', 'ticking', 'busybox', 'sh', '-c', TICKING]);
  const child = skiff.spawn(daemon, ['attach', 'ticking']);
  let output = '';
  child.stdout.on('data', (chunk: Buffer) => {
    output += chunk.toString();
  });
  const ended = once(child, 'close');
  await until('some ticks are shown', () => output.split('\n').length > 3);
  child.kill('SIGINT');
  const [status] = (await ended) as [number];
  assert.equal(status, 6);
  assert.match(output, /caught\n$/);
  await daemon.skiff(['rm', 'ticking']);
});

test('a client without --sig-proxy outlives two signals and goes alone at the third', async () => {
  await daemon.skiff(['run', '-d', '--name', 'stubborn', 'busybox', 'sh', '-c', TICKING]);
  const child = skiff.spawn(daemon, ['attach', '--sig-proxy=false', 'stubborn']);
  let output = '';
  let complaint = '';
  child.stdout.on('data', (chunk: Buffer) => {
    output += chunk.toString();
  });
  child.stderr.on('data', (chunk: Buffer) => {
    complaint += chunk.toString();
  });
  const ended = once(child, 'close');
  for (let signals = 0; signals < 3; signals++) {
    const shown = output.length;
    await until('the output goes on', () => output.length > shown + 20);
    child.kill('SIGINT');
  }
  const [status] = (await ended) as [number];
  assert.deepEqual([status, complaint], [1, '\ngot 3 SIGTERM/SIGINTs, forcefully exiting\n']);
  assert.equal(await daemon.skiff(['inspect', '-f', '{{.State.Running}}', 'stubborn']), 'true\n');
  await daemon.skiff(['rm', '-f', 'stubborn']);
});

test('keys of the user’s choice detach, and the container runs on', async () => {
  await daemon.skiff(['run', '-dit', '--name', 'shell', 'busybox', 'sh']);
  const terminal = new Terminal(skiff.line(daemon, 'attach --detach-keys ctrl-a,d shell'));
  terminal.type('echo $((6*7))\n');
  await terminal.see(/42/);
  terminal.type('\x10\x11echo still $((1+1))\n');
  await terminal.see(/still 2/);
  terminal.type('\x01d');
  assert.equal(await terminal.end(), 1);
  assert.match(terminal.screen, /read escape sequence/);
  assert.equal(await daemon.skiff(['inspect', '-f', '{{.State.Running}}', 'shell']), 'true\n');
  await daemon.skiff(['rm', '-f', 'shell']);
});

test('the terminal is afterwards as it was before, whether the session ends, fails or is detached from', async () => {
  const session = (args: string): string => skiff.line(daemon, args);
  const script = [
    'before=$(stty -g)',
    `${session('run --rm -it busybox true')}`,
    `${session('run --rm -it busybox nope')} 2>/dev/null`,
    '[ "$before" = "$(stty -g)" ] && echo the same',
  ].join('; ');
  const terminal = new Terminal(`sh -c '${script}'`);
  await terminal.see(/the same/);
  assert.equal(await terminal.end(), 0);
});

test('a program in the container gets line feeds and screen sizes as they are', async () => {
  const terminal = new Terminal(skiff.line(daemon, 'run --rm -it busybox sh'), { rows: 31, columns: 97 });
  await terminal.see(/# /);
  terminal.type('stty size; stty -onlcr; printf "a\\nb\\n"; exit 3\n');
  assert.equal(await terminal.end(), 3);
  assert.match(terminal.screen, /31 97/);
  assert.match(terminal.screen, /[^\r]a\nb\n/);
});

test('what is not running cannot be attached to', async () => {
  await daemon.skiff(['create', '--name', 'asleep', 'busybox', 'true']);
  assert.deepEqual(await daemon.trySkiff(['attach', 'asleep']), {
    status: 1,
    stdout: '',
    stderr: 'You cannot attach to a stopped container, start it first\n',
  });
  await daemon.skiff(['rm', 'asleep']);
});

test('a terminal without a terminal is refused', async () => {
  const { status, stderr } = await daemon.trySkiff(['run', '--rm', '-it', 'busybox', 'sh'], { input: '' });
  assert.deepEqual([status, stderr], [1, 'the input device is not a TTY\n']);
});
