import assert from 'node:assert/strict';
import { after, before, test } from 'node:test';
import { mustRun, runCommand } from '../../support/command.ts';
import { startDaemon, type TestDaemon } from '../../support/daemon.ts';

const PARENT = `sktmv${process.pid % 10_000}`;
const PEER = `${PARENT}p`;
const OPTIONS = ['network', 'create', '-d', 'macvlan', '-o', `parent=${PARENT}`];

async function addParent(): Promise<void> {
  await mustRun('ip', ['link', 'add', PARENT, 'up', 'type', 'veth', 'peer', 'name', PEER]);
  await mustRun('ip', ['link', 'set', PEER, 'up']);
}

let daemon: TestDaemon;
before(async () => {
  daemon = await startDaemon();
});
after(async () => {
  await daemon.close();
  await mustRun('ip', ['link', 'delete', PARENT]);
});

await addParent();
const hasMacvlan =
  (await runCommand('ip', ['link', 'add', 'link', PARENT, `${PARENT}x`, 'type', 'macvlan'])).status === 0;
if (hasMacvlan) await mustRun('ip', ['link', 'delete', `${PARENT}x`]);
const needsMacvlan = hasMacvlan ? {} : { skip: "the host's kernel has no macvlan" };

async function refused(...args: string[]): Promise<string> {
  const { status, stderr } = await daemon.trySkiff(args);
  assert.equal(status, 1);
  return stderr.trim();
}

test('containers are in the network of the parent, and reach each other', needsMacvlan, async () => {
  await daemon.skiff([...OPTIONS, '--subnet', '10.217.0.0/24', '--gateway', '10.217.0.254', 'lan']);
  for (const name of ['one', 'other']) {
    await daemon.skiff(['run', '-d', '--name', name, '--network', 'lan', 'busybox', 'sleep', '1000']);
  }
  const inside = (name: string, ...command: string[]) => daemon.skiff(['exec', name, ...command]);
  assert.match(await inside('one', 'ip', '-o', '-4', 'address', 'show', 'eth0'), /10\.217\.0\.1\/24/);
  assert.match(await inside('one', 'ip', 'route'), /^default via 10\.217\.0\.254 dev eth0/m);
  assert.match(await inside('one', 'ping', '-c1', '-W2', 'other'), / 0% packet loss/);
  await daemon.skiff(['network', 'disconnect', 'lan', 'one']);
  assert.doesNotMatch(await inside('one', 'ip', '-o', 'link'), /eth0/);
  await daemon.skiff(['network', 'connect', 'lan', 'one']);
  assert.match(await inside('other', 'ping', '-c1', '-W2', 'one'), / 0% packet loss/);
});

test("the host's own address in that network is given to nobody", needsMacvlan, async (t) => {
  await mustRun('ip', ['address', 'add', '10.217.0.4/24', 'dev', PARENT]);
  t.after(() => mustRun('ip', ['address', 'delete', '10.217.0.4/24', 'dev', PARENT]));
  const run = ['run', '--rm', '--network', 'lan'];
  const { status, stderr } = await daemon.trySkiff([...run, '--ip', '10.217.0.4', 'busybox', 'true']);
  assert.equal(status, 125);
  assert.match(stderr, /Address already in use/);
  const shown = await daemon.skiff([...run, 'busybox', 'ip', '-o', '-4', 'address', 'show', 'eth0']);
  assert.match(shown, /10\.217\.0\.5\/24/);
});

test('links that went with their parent are back after a restart of the daemon', needsMacvlan, async () => {
  await daemon.kill();
  await mustRun('ip', ['link', 'delete', PARENT]);
  await addParent();
  await daemon.start();
  assert.match(await daemon.skiff(['exec', 'one', 'ping', '-c1', '-W2', 'other']), / 0% packet loss/);
});

test('without its parent a network is left out, and the daemon starts', needsMacvlan, async (t) => {
  await daemon.kill();
  await mustRun('ip', ['link', 'delete', PARENT]);
  t.after(addParent);
  await daemon.start();
  assert.match(daemon.log(), new RegExp(`the network lan could not be brought up: .*not found on the host: ${PARENT}`));
  assert.equal(await daemon.skiff(['ps', '-q']).then((ids) => ids.split('\n').length), 3);
});

test('what cannot be had is refused', needsMacvlan, async () => {
  const error = 'Error response from daemon: ';
  const id = (await daemon.skiff(['network', 'inspect', '-f', '{{.Id}}', 'lan'])).slice(0, 12);
  assert.equal(
    await refused(...OPTIONS, 'again'),
    `${error}network dm-${id} is already using parent interface ${PARENT}`,
  );
  assert.equal(
    await refused('network', 'create', '-d', 'macvlan', '-o', 'parent=nope0', 'x'),
    `${error}-o parent interface was not found on the host: nope0`,
  );
  assert.equal(
    await refused(...OPTIONS, '-o', 'macvlan_mode=zz', 'x'),
    `${error}requested macvlan mode 'zz' is not valid, 'bridge' mode is the macvlan driver default`,
  );
  assert.match(await refused('network', 'create', '-d', 'macvlan', 'x'), /needs the link of the host that it is on/);
  await daemon.skiff(['rm', '-f', 'one', 'other']);
  await daemon.skiff(['network', 'rm', 'lan']);
});
