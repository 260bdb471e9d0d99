import assert from 'node:assert/strict';
import { spawn } from 'node:child_process';
import { createHash, randomBytes } from 'node:crypto';
import { once } from 'node:events';
import { Readable } from 'node:stream';
import { after, before, suite, test } from 'node:test';
import { type Cli, clis } from '../../support/clis.ts';
import { startDaemon, type TestDaemon } from '../../support/daemon.ts';
import { Terminal } from '../../support/terminal.ts';
import { until } from '../../support/until.ts';

let daemon: TestDaemon;
before(async () => {
  daemon = await startDaemon();
});
after(() => daemon.close());

const STREAM_BYTES = 100 * 1024 * 1024;

/** Blocks of random bytes, hashed on their way. */
function randomStream(bytes: number, hash: ReturnType<typeof createHash>): Readable {
  const block = randomBytes(1 << 20);
  return Readable.from(
    (function* () {
      for (let sent = 0; sent < bytes; sent += block.length) {
        block.writeUInt32LE(sent >>> 0, 0);
        const copy = Buffer.from(block);
        hash.update(copy);
        yield copy;
      }
    })(),
  );
}

function containerSuite(cli: Cli): void {
  const run = (args: string[], options = {}) => cli.run(daemon, args, options);

  test('run prints the output, apart by stream, and exits with the status of the container', async () => {
    const result = await run(['run', '--rm', 'busybox', 'sh', '-c', 'echo out; echo err >&2; exit 41']);
    assert.deepEqual(result, { status: 41, stdout: 'out\n', stderr: 'err\n' });
  });

  test('run exits with 125 for the engine, 126 for a command that is not executable, 127 for one that is not there', async () => {
    assert.equal((await run(['run', '--rm', '--name', '/bad/', 'busybox', 'true'])).status, 125);
    assert.equal((await run(['run', '--rm', 'busybox', '/etc/passwd'])).status, 126);
    assert.equal((await run(['run', '--rm', 'busybox', 'nope'])).status, 127);
    const kept = await run(['run', '--name', 'kept', 'busybox', 'nope']);
    assert.equal(kept.status, 127);
    // The wait for the next exit has none to report: an answer to it would be printed as a second error.
    assert.equal(kept.stderr.match(/error/gi)?.length, 1, kept.stderr);
    await run(['rm', 'kept']);
    assert.deepEqual((await cli.run(daemon, ['ps', '-aq'])).stdout, '');
  });

  test('run -i passes 100 MB through the standard input and back without a byte lost', async () => {
    const sent = createHash('sha256');
    const child = cli.spawn(daemon, ['run', '--rm', '-i', 'busybox', 'cat']);
    const received = createHash('sha256');
    let bytes = 0;
    child.stdout.on('data', (chunk: Buffer) => {
      bytes += chunk.length;
      received.update(chunk);
    });
    randomStream(STREAM_BYTES, sent).pipe(child.stdin);
    const [status] = (await once(child, 'close')) as [number];
    assert.equal(status, 0);
    assert.equal(bytes, STREAM_BYTES);
    assert.equal(received.digest('hex'), sent.digest('hex'));
  });

  test('run -d prints the ID, and logs -f follows to the end', async () => {
    const { stdout } = await run(['run', '-d', 'busybox', 'sh', '-c', 'for i in 1 2 3; do echo $i; sleep 0.1; done']);
    const id = stdout.trim();
    assert.match(id, /^[0-9a-f]{64}$/);
    assert.equal((await run(['logs', '-f', id])).stdout, '1\n2\n3\n');
    assert.equal((await run(['logs', '--tail', '1', id])).stdout, '3\n');
    assert.equal((await run(['wait', id])).stdout, '0\n');
    assert.equal((await run(['rm', id])).stdout, `${id}\n`);
  });

  test('attach --no-stdin hands nothing on, and logs -f ends when its container is removed', async () => {
    const script = 'while read line; do echo got $line; done; echo end';
    const id = (await run(['run', '-di', 'busybox', 'sh', '-c', script])).stdout.trim();
    const [mute, heard, followed] = [
      ['attach', '--no-stdin', id],
      ['attach', id],
      ['logs', '-f', id],
    ].map((args) => {
      const child = cli.spawn(daemon, args);
      const shown = { child, text: '', closed: once(child, 'close') };
      child.stdout.on('data', (piece: Buffer) => {
        shown.text += piece.toString();
      });
      return shown;
    });
    assert.ok(mute && heard && followed);
    mute.child.stdin.end('unheard\n');
    await until('all show what one client said', () => {
      heard.child.stdin.write('heard\n');
      return [mute, heard, followed].every((shown) => shown.text.includes('got heard\n'));
    });
    assert.equal((await run(['rm', '-f', id])).status, 0);
    await Promise.all([mute.closed, heard.closed, followed.closed]);
    for (const { text } of [mute, heard, followed]) assert.ok(!text.includes('unheard'), text);
  });

  test('run -it has a terminal with the size of ours, and detaches by ctrl-p ctrl-q', async () => {
    const terminal = new Terminal(cli.line(daemon, 'run -it --name tty busybox sh'), { rows: 33, columns: 111 });
    await terminal.see(/# /);
    terminal.type('stty size; tty\n');
    await terminal.see(/33 111/);
    await terminal.see(/\/dev\/pts\/0/);
    terminal.type('\x10\x11');
    assert.equal(await terminal.end(), 0);
    assert.equal((await run(['inspect', '-f', '{{.State.Running}}', 'tty'])).stdout, 'true\n');
    const again = new Terminal(cli.line(daemon, 'attach tty'));
    again.type('exit 9\n');
    assert.equal(await again.end(), 9);
    await run(['rm', 'tty']);
  });

  test('exec runs beside the first process, with a terminal and without', async () => {
    await run(['run', '-d', '--name', 'exec', 'busybox', 'sleep', '1000']);
    assert.deepEqual(await run(['exec', 'exec', 'sh', '-c', 'echo $$ >&2; exit 3']).then(({ status }) => status), 3);
    assert.equal((await run(['exec', '-i', 'exec', 'cat'], { input: 'piped' })).stdout, 'piped');
    assert.equal(
      (await run(['exec', '-u', 'nobody', '-w', '/tmp', '-e', 'A=b', 'exec', 'sh', '-c', 'id -un; pwd; echo $A']))
        .stdout,
      'nobody\n/tmp\nb\n',
    );
    assert.equal((await run(['exec', 'exec', 'nope'])).status, 126);
    const terminal = new Terminal(cli.line(daemon, 'exec -it exec sh'));
    await terminal.see(/# /);
    terminal.type('exit 5\n');
    assert.equal(await terminal.end(), 5);
    await run(['rm', '-f', 'exec']);
  });

  test('stop sends the stop signal, kill any other, and rm refuses what runs', async () => {
    const script = 'trap "echo term; exit 7" TERM; trap "echo usr1" USR1; echo ready; while :; do sleep 0.05; done';
    await run(['run', '-d', '--name', 'signals', 'busybox', 'sh', '-c', script]);
    const logs = async () => (await run(['logs', 'signals'])).stdout;
    await until('the traps are set', async () => (await logs()).includes('ready'));
    const refused = await run(['rm', 'signals']);
    assert.equal(refused.status, 1);
    assert.match(refused.stderr, /container is running: stop the container before removing or force remove/);
    await run(['kill', '-s', 'USR1', 'signals']);
    await until('the signal arrived', async () => (await logs()).includes('usr1'));
    assert.equal((await run(['stop', 'signals'])).stdout, 'signals\n');
    assert.equal(
      (await run(['inspect', '-f', '{{.State.ExitCode}} {{.State.Status}}', 'signals'])).stdout,
      '7 exited\n',
    );
    assert.match(await logs(), /term/);
    await run(['rm', 'signals']);
  });

  test('Ctrl-C at run without a terminal is passed on as SIGINT', async () => {
    const child = cli.spawn(daemon, [
      'run',
      '--rm',
      'busybox',
      'sh',
      '-c',
      'trap "echo got it; exit 12" INT; echo ready; while :; do sleep 0.05; done',
    ]);
    let output = '';
    child.stdout.on('data', (chunk: Buffer) => {
      output += chunk.toString();
    });
    const ended = once(child, 'close');
    await until('the trap is set', () => output.includes('ready'));
    child.kill('SIGINT');
    const [status] = (await ended) as [number];
    assert.deepEqual([status, output], [12, 'ready\ngot it\n']);
  });

  test('ps, images and events print by Go templates', async () => {
    const since = Math.floor(Date.now() / 1000);
    await run(['run', '--name', 'listed', '-l', 'a=b', 'busybox', 'true']);
    assert.equal(
      (await run(['ps', '-a', '--format', '{{.Names}}|{{.Image}}|{{.Label "a"}}|{{.Command}}'])).stdout,
      'listed|busybox|b|"true"\n',
    );
    assert.equal((await run(['images', '--format', '{{.Repository}}:{{.Tag}}'])).stdout, 'busybox:latest\n');
    assert.equal(
      (
        await run([
          'inspect',
          '--format',
          '{{range $k, $v := .Config.Labels}}{{$k}}={{$v}}{{end}} {{json .Config.Cmd}}',
          'listed',
        ])
      ).stdout,
      'a=b ["true"]\n',
    );
    await run(['rm', 'listed']);
    const until = Math.ceil(Date.now() / 1000) + 1;
    const events = await run([
      'events',
      '--since',
      `${since}`,
      '--until',
      `${until}`,
      '--filter',
      'container=listed',
      '--format',
      '{{.Type}} {{.Action}}',
    ]);
    assert.equal(
      events.stdout,
      ['create', 'attach', 'start', 'die', 'destroy'].map((action) => `container ${action}\n`).join(''),
    );
  });
}

for (const cli of clis) suite(`${cli.name} against skiffd`, { skip: cli.skip }, () => containerSuite(cli));

test('a client that is killed midway leaves the container running and nothing else behind', async () => {
  const child = spawn('python3', [
    '-c',
    'import socket,sys\ns=socket.socket(socket.AF_UNIX)\ns.connect(sys.argv[1])\ns.send(b"POST /containers/create HTTP/1.1\\r\\nHost: d\\r\\nContent-Type: application/json\\r\\nContent-Length: 1000\\r\\n\\r\\n{")',
    daemon.socketPath,
  ]);
  const [status] = (await once(child, 'close')) as [number];
  assert.equal(status, 0);
  assert.equal((await daemon.call('GET', '/containers/json?all=1')).text(), '[]\n');
});
