import assert from 'node:assert/strict';
import { createServer } from 'node:net';
import { after, before, test } from 'node:test';
import { clis } from '../../support/clis.ts';
import { mustRun } from '../../support/command.ts';
import { startDaemon, type TestDaemon } from '../../support/daemon.ts';
import { until } from '../../support/until.ts';

const FIRST = 29100;

const byText = (a: string | undefined, b: string | undefined) => ((a ?? '') < (b ?? '') ? -1 : 1);

let daemon: TestDaemon;
before(async () => (daemon = await startDaemon()));
after(() => daemon.close());

for (const cli of clis) {
  const must = async (...args: string[]): Promise<string> => {
    const { status, stdout, stderr } = await cli.run(daemon, args);
    assert.equal(status, 0, stderr);
    return stdout.trim();
  };
  /** A container that sleeps, with what the test wants of it; removed at the end of the test. */
  const sleeper = async (t: { after(work: () => unknown): void }, name: string, ...args: string[]) => {
    t.after(() => daemon.trySkiff(['rm', '-f', name]));
    return await must('run', '-d', '--name', name, ...args, 'busybox', 'sleep', 'infinity');
  };

  test(`${cli.name}: ports in all forms are told by port and ps`, { skip: cli.skip }, async (t) => {
    const [a, b] = [FIRST, FIRST + 1];
    await sleeper(t, 'forms', '-p', `${a}-${b}:80-81`, '-p', `127.0.0.1:${a + 2}:82/udp`, '-p', `[::1]:${a + 3}:83`);
    assert.deepEqual((await must('port', 'forms')).split('\n').sort(), [
      `80/tcp -> 0.0.0.0:${a}`,
      `80/tcp -> [::]:${a}`,
      `81/tcp -> 0.0.0.0:${b}`,
      `81/tcp -> [::]:${b}`,
      `82/udp -> 127.0.0.1:${a + 2}`,
      `83/tcp -> [::1]:${a + 3}`,
    ]);
    assert.equal(await must('port', 'forms', '82/udp'), `127.0.0.1:${a + 2}`);
    const shown = await must('ps', '--filter', 'name=forms', '--format', '{{.Ports}}');
    assert.match(shown, new RegExp(`0\\.0\\.0\\.0:${b}->81/tcp`));
    assert.match(shown, new RegExp(`127\\.0\\.0\\.1:${a + 2}->82/udp`));
  });

  test(`${cli.name}: any ports, and all that are exposed, come from the range of the kernel`, {
    skip: cli.skip,
  }, async (t) => {
    await sleeper(t, 'any', '-p', '80', '-p', '127.0.0.1::81', '-P', '--expose', '90', '--expose', '91/udp');
    const lines = (await must('port', 'any')).split('\n');
    assert.deepEqual([...new Set(lines.map((line) => line.split(' ')[0]))].toSorted(byText), [
      '80/tcp',
      '81/tcp',
      '90/tcp',
      '91/udp',
    ]);
    const numbers = lines.map((line) => Number(line.split(':').at(-1)));
    assert.ok(
      numbers.every((number) => number >= 32768 && number <= 60999),
      String(numbers),
    );
    const of80 = lines.filter((line) => line.startsWith('80/tcp')).map((line) => line.split(':').at(-1));
    assert.equal(new Set(of80).size, 1, 'the same port in both families');
  });

  test(`${cli.name}: a port that somebody has is refused before anything starts`, { skip: cli.skip }, async (t) => {
    await sleeper(t, 'holder', '-p', `${FIRST}:80`);
    t.after(() => daemon.trySkiff(['rm', '-f', 'late']));
    const late = await cli.run(daemon, ['run', '-d', '--name', 'late', '-p', `${FIRST}:80`, 'busybox', 'true']);
    assert.equal(late.status, 125);
    assert.match(
      late.stderr,
      new RegExp(
        `driver failed programming external connectivity on endpoint late \\([0-9a-f]{64}\\): Bind for 0\\.0\\.0\\.0:${FIRST} failed: port is already allocated`,
      ),
    );
    assert.equal(await must('inspect', '-f', '{{.State.Status}} {{.State.ExitCode}}', 'late'), 'created 128');
    const server = createServer().listen(FIRST + 1, '127.0.0.1');
    t.after(() => server.close());
    await new Promise((resolve) => server.once('listening', resolve));
    const busy = await cli.run(daemon, ['run', '--rm', '-p', `${FIRST + 1}:80`, 'busybox', 'true']);
    assert.equal(busy.status, 125);
    assert.match(busy.stderr, new RegExp(`listen tcp4 0\\.0\\.0\\.0:${FIRST + 1}: bind: address already in use`));
  });

  test(`${cli.name}: a port of SCTP is published, or refused in words where the kernel has none`, {
    skip: cli.skip,
  }, async (t) => {
    t.after(() => daemon.trySkiff(['rm', '-f', 'sctp']));
    const args = ['-p', `${FIRST}:80/sctp`, 'busybox', 'sleep', '1000'];
    const { status, stderr } = await cli.run(daemon, ['run', '-d', '--name', 'sctp', ...args]);
    if (status !== 0) {
      assert.match(stderr, /protocol not supported: this kernel has no SCTP/);
      return;
    }
    assert.match(await must('port', 'sctp'), new RegExp(`^80/sctp -> 0\\.0\\.0\\.0:${FIRST}\n`));
    assert.match((await cli.run(daemon, ['run', '--rm', ...args])).stderr, /port is already allocated/);
  });

  test(`${cli.name}: the rules of a network name its ports`, { skip: cli.skip || cli.name === 'docker' }, async (t) => {
    await must('network', 'create', 'ruled');
    t.after(() => daemon.trySkiff(['network', 'rm', 'ruled']));
    await sleeper(t, 'inruled', '--network', 'ruled', '-p', `${FIRST}:80`);
    await sleeper(t, 'outruled', '-p', `${FIRST + 1}:80`);
    const text = await must('network', 'inspect', '--rules', 'ruled');
    assert.match(text, new RegExp(`tcp \\. ${FIRST} comment "inruled" : `));
    assert.doesNotMatch(text, /outruled/);
    assert.match(text, /# veth\w+ \(eth0 of \w{12}\) sends from \S+, \S+ only/);
  });
}

test('a port is kept while the daemon is away, and is free when its container has ended', async (t) => {
  t.after(() => daemon.trySkiff(['rm', '-f', 'keeper']));
  await daemon.skiff(['run', '-d', '--name', 'keeper', '-p', `${FIRST}:80`, 'busybox', 'sleep', 'infinity']);
  await daemon.kill();
  const tryListen = () =>
    new Promise<string>((resolve) => {
      const server = createServer()
        .on('error', (error: NodeJS.ErrnoException) => resolve(error.code ?? ''))
        .listen(FIRST, () => server.close(() => resolve('listens')));
    });
  assert.equal(await tryListen(), 'EADDRINUSE');
  await daemon.start();
  assert.match(await daemon.skiff(['port', 'keeper']), new RegExp(`80/tcp -> 0\\.0\\.0\\.0:${FIRST}`));
  await daemon.skiff(['restart', '-t', '0', 'keeper']);
  await daemon.skiff(['kill', 'keeper']);
  await daemon.skiff(['wait', 'keeper']);
  await until('the port is free', async () => (await tryListen()) === 'listens');
  assert.doesNotMatch(await mustRun('nft', ['list', 'table', 'inet', `skiff_${daemon.tag}`]), /keeper/);
});

test('eight containers that start at once get ports of their own, and leave none behind', async () => {
  const names = Array.from({ length: 8 }, (_, n) => `many${n}`);
  await Promise.all(
    names.map((name) => daemon.skiff(['run', '-d', '--name', name, '-p', '80', 'busybox', 'sleep', '99'])),
  );
  const ports = await Promise.all(names.map((name) => daemon.skiff(['port', name, '80'])));
  assert.equal(new Set(ports.map((text) => text.split('\n')[0])).size, 8);
  await daemon.skiff(['rm', '-f', ...names]);
  assert.doesNotMatch(await mustRun('nft', ['list', 'table', 'inet', `skiff_${daemon.tag}`]), /many/);
});

test('a port whose container could not start is free again', async () => {
  const { status } = await daemon.trySkiff([
    'run',
    '--name',
    'broken',
    '-p',
    `${FIRST}:80`,
    'busybox',
    '/no/such/program',
  ]);
  assert.equal(status, 127);
  await daemon.skiff(['run', '--rm', '-p', `${FIRST}:80`, 'busybox', 'true']);
  await daemon.skiff(['rm', 'broken']);
});

test('a daemon that is killed while containers with ports start leaves no port without a container', async () => {
  const starts = Array.from({ length: 4 }, (_, n) =>
    daemon.trySkiff(['run', '-d', '--name', `cut${n}`, '-p', `${FIRST + n}:80`, 'busybox', 'sleep', '99']),
  );
  await until('one of them runs', async () => (await daemon.trySkiff(['ps', '-q'])).stdout !== '');
  await daemon.kill();
  await Promise.all(starts);
  await daemon.start();
  const table = await mustRun('nft', ['list', 'table', 'inet', `skiff_${daemon.tag}`]);
  const running = (await daemon.skiff(['ps', '--format', '{{.Names}}'])).split('\n').filter((name) => name !== '');
  const named = new Set([...table.matchAll(/comment "(cut\d)"/g)].map(([, name]) => name));
  assert.deepEqual([...named].toSorted(byText), running.toSorted(byText));
  await daemon.skiff(['rm', '-f', 'cut0', 'cut1', 'cut2', 'cut3']);
});
