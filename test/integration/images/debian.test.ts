import assert from 'node:assert/strict';
import { after, before, test } from 'node:test';
import { startDaemon, type TestDaemon } from '../../support/daemon.ts';
import { DEBIAN_SUITE, debianArchive } from '../../support/debian.ts';

let daemon: TestDaemon;
before(async () => {
  daemon = await startDaemon();
});
after(() => daemon.close());

test('a Debian root is imported, and apt-get updates and installs in it over the default bridge', async () => {
  const archive = await debianArchive();
  const imported = await daemon.skiff(['import', '-c', 'ENV LC_ALL=C', '-m', 'a whole system', archive, 'debian:12']);
  assert.match(imported, /^sha256:[0-9a-f]{64}\n$/);

  const inside = (script: string) => daemon.skiff(['run', '--rm', 'debian:12', 'sh', '-ec', script]);
  assert.match(
    await inside('. /etc/os-release; echo $VERSION_CODENAME; dpkg --audit'),
    new RegExp(`^${DEBIAN_SUITE}\\n$`),
  );
  const output = await inside('apt-get update && apt-get install -y --no-install-recommends hello && exec hello');
  assert.match(output, /^Reading package lists\.\.\./m);
  assert.match(output, /^Hello, world!\n$/m);
});

test('a program in there asks the engine, whose socket is mounted', async () => {
  const ask = [
    'use IO::Socket::UNIX; $s = IO::Socket::UNIX->new("/var/run/docker.sock") or die $!;',
    'print $s "GET /containers/json HTTP/1.0\\r\\n\\r\\n"; print <$s>',
  ].join(' ');
  const socket = ['-v', `${daemon.socketPath}:/var/run/docker.sock`];
  const answer = await daemon.skiff(['run', '--rm', '--name', 'asks', ...socket, 'debian:12', 'perl', '-e', ask]);
  assert.match(answer, /^HTTP\/1\.[01] 200 OK\r\n/);
  assert.match(answer, /"Names":\["\/asks"\]/);
});
