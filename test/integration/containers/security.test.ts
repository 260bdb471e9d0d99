import assert from 'node:assert/strict';
import { after, before, test } from 'node:test';
import { createContainer, exitCodeOf, logsOf, outputOf, runContainer } from '../../support/containers.ts';
import { startDaemon, type TestDaemon } from '../../support/daemon.ts';

let daemon: TestDaemon;
before(async () => {
  daemon = await startDaemon();
});
after(() => daemon.close());

async function effectiveCapabilities(HostConfig: object): Promise<bigint> {
  const status = await outputOf(daemon, { Cmd: ['cat', '/proc/self/status'], HostConfig });
  return BigInt(`0x${/^CapEff:\s*([0-9a-f]+)$/m.exec(status)?.[1]}`);
}

test('capabilities are added and dropped, one by one and all together', async () => {
  const NET_ADMIN = 1n << 12n;
  const CHOWN = 1n << 0n;
  assert.equal(await effectiveCapabilities({ CapDrop: ['ALL'] }), 0n);
  assert.equal(await effectiveCapabilities({ CapDrop: ['ALL'], CapAdd: ['net_admin'] }), NET_ADMIN);
  const all = await effectiveCapabilities({ CapAdd: ['ALL'], CapDrop: ['CHOWN'] });
  assert.equal(all & CHOWN, 0n);
  assert.equal(all & NET_ADMIN, NET_ADMIN);
});

test('a process has the further groups that it is given, by name or number', async () => {
  const output = await outputOf(daemon, { Cmd: ['id', '-G'], HostConfig: { GroupAdd: ['1234', 'mail'] } });
  assert.ok(
    ['1234', '8'].every((group) => output.trim().split(' ').includes(group)),
    output,
  );
});

test('a group that the image does not have is refused when the container starts', async () => {
  const id = await createContainer(daemon, { HostConfig: { GroupAdd: ['nope'] } });
  const answer = await daemon.call('POST', `/containers/${id}/start`);
  assert.equal(answer.status, 500);
  assert.match(answer.text(), /Unable to find group nope/);
});

test('a read-only container writes into its file systems in memory only', async () => {
  const output = await outputOf(daemon, {
    Cmd: [
      'sh',
      '-c',
      'touch /x || echo root; touch /run/x && echo run; df -k /run | tail -1; /run/y || cp /bin/busybox /run/true; /run/true && echo ran',
    ],
    HostConfig: { ReadonlyRootfs: true, Tmpfs: { '/run': 'size=2m,exec,mode=755' } },
  });
  assert.match(output, /^root\nrun\ntmpfs +2048 .*\nran\n$/);
});

test('no new privileges, and the filter of system calls, are what was asked for', async () => {
  const fields = async (SecurityOpt: string[]) => {
    const status = await outputOf(daemon, { Cmd: ['cat', '/proc/self/status'], HostConfig: { SecurityOpt } });
    return ['NoNewPrivs', 'Seccomp'].map((name) => new RegExp(`^${name}:\\s*(\\d)$`, 'm').exec(status)?.[1]);
  };
  assert.deepEqual(await fields([]), ['0', '2']);
  assert.deepEqual(await fields(['no-new-privileges', 'seccomp=unconfined']), ['1', '0']);
});

test('a profile that is given inline decides which system calls fail', async () => {
  const profile = {
    defaultAction: 'SCMP_ACT_ALLOW',
    syscalls: [{ names: ['mkdir', 'mkdirat'], action: 'SCMP_ACT_ERRNO' }],
  };
  const id = await runContainer(daemon, {
    Cmd: ['mkdir', '/made'],
    HostConfig: { SecurityOpt: [`seccomp=${JSON.stringify(profile)}`] },
  });
  assert.equal(await exitCodeOf(daemon, id), 1);
  assert.match((await logsOf(daemon, id)).stderr, /Operation not permitted/);
});

test('what is masked is empty, and what is not is there', async () => {
  const Cmd = ['sh', '-c', 'ls /sys/firmware | wc -l; grep -c " /proc/sys proc ro" /proc/mounts; true'];
  assert.equal(await outputOf(daemon, { Cmd }), '0\n1\n');
  const open = await outputOf(daemon, { Cmd, HostConfig: { MaskedPaths: [], ReadonlyPaths: [] } });
  assert.match(open, /\n0\n$/);
});

test('a privileged container may do what others may not', async () => {
  const Cmd = ['mount', '-t', 'tmpfs', 'none', '/mnt'];
  const refused = await runContainer(daemon, { Cmd: ['sh', '-c', 'mkdir -p /mnt; mount -t tmpfs none /mnt'] });
  assert.notEqual(await exitCodeOf(daemon, refused), 0);
  await outputOf(daemon, { Cmd: ['sh', '-c', `mkdir -p /mnt; ${Cmd.join(' ')}`], HostConfig: { Privileged: true } });
});

test('a profile of AppArmor is refused where the kernel has none of it', async (t) => {
  const info = (await daemon.call('GET', '/info')).json<{ SecurityOptions: string[] }>();
  if (info.SecurityOptions.some((option) => option.includes('apparmor'))) return t.skip('this host has AppArmor');
  const answer = await daemon.call('POST', '/containers/create', {
    body: { Image: 'busybox', HostConfig: { SecurityOpt: ['apparmor=strict'] } },
  });
  assert.equal(answer.status, 400);
  assert.match(answer.text(), /apparmor profile .*strict.* cannot be set: AppArmor is not enabled on this host/);
});

test('values of 64 KB reach the process, and bytes that no value can have are refused', async () => {
  const value = 'x'.repeat(64 * 1024);
  const output = await outputOf(daemon, { Cmd: ['sh', '-c', 'echo "${#A}"'], Env: [`A=${value}`] });
  assert.equal(output, '65536\n');
  const id = await createContainer(daemon, { Env: ['A=x\0y'] });
  const answer = await daemon.call('POST', `/containers/${id}/start`);
  assert.equal(answer.status, 500);
  assert.match(answer.text(), /invalid environment variable .*A.*: value contains nul byte/);
});

test('names with control characters are refused', async () => {
  for (const name of ['a%0Ab', 'a%00b', '%1b[1m', 'a%20b']) {
    const answer = await daemon.call('POST', `/containers/create?name=${name}`, { body: { Image: 'busybox' } });
    assert.equal(answer.status, 400, answer.text());
    assert.match(answer.text(), /Invalid container name/);
  }
});
