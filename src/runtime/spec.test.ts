import assert from 'node:assert/strict';
import { readFileSync } from 'node:fs';
import { test } from 'node:test';
import type { ContainerId } from '../lib/ids.ts';
import type { OciSpec } from './oci-spec.ts';
import { containerSpec, type SpecOptions } from './spec.ts';

/** What Docker 26 wrote for `run busybox sleep 300`, and for one with `--privileged -t --hostname foo --domainname x.y`. */
const docker = JSON.parse(
  readFileSync(new URL('../../test/fixtures/runtime/docker-26-config.json', import.meta.url), 'utf8'),
) as { default: OciSpec; privilegedTerminal: OciSpec };

const PATH = 'PATH=/usr/local/sbin:/usr/local/bin:/usr/sbin:/usr/bin:/sbin:/bin';
const files = ['resolv.conf', 'hostname', 'hosts'];
const options: SpecOptions = {
  id: 'ID' as ContainerId,
  rootfs: 'ROOTFS',
  readonlyRootfs: false,
  args: ['sleep', '300'],
  env: [PATH, 'HOSTNAME=SHORT'],
  cwd: '/',
  user: { uid: 0, gid: 0, additionalGids: [0] },
  terminal: false,
  privileged: false,
  capAdd: [],
  capDrop: [],
  noNewPrivileges: false,
  oomScoreAdj: 0,
  hostname: 'SHORT',
  domainname: '',
  namespaces: { network: { kind: 'private' }, uts: 'private', pid: 'private', ipc: 'private', cgroup: 'host' },
  binds: files.map((name) => ({ source: `FILES/${name}`, destination: `/etc/${name}`, readonly: false })),
  sharedMemory: { sizeBytes: 64 * 1024 * 1024 },
  sysctls: {},
  seccomp: 'unconfined',
  cgroupParent: '/docker',
};

test('the specification of a container is the one that Docker writes', async () => {
  const spec = await containerSpec(options);
  const { process, root, hostname, mounts, linux } = docker.default;
  assert.deepEqual(spec.process, { ...process, terminal: false });
  assert.deepEqual([spec.root, spec.hostname, spec.mounts], [root, hostname, mounts]);
  assert.deepEqual(withoutLists(spec.linux), withoutLists(linux));
  assert.deepEqual(deviceRules(spec), unique(deviceRules(docker.default)));
});

test('a privileged container has every capability and device, and nothing is hidden from it', async () => {
  const spec = await containerSpec({
    ...options,
    privileged: true,
    terminal: true,
    hostname: 'foo',
    domainname: 'x.y',
    env: [PATH, 'HOSTNAME=foo', 'TERM=xterm'],
    seccomp: 'default',
  });
  const theirs = docker.privilegedTerminal;
  assert.deepEqual(withoutCapabilities(spec.process), withoutCapabilities(theirs.process));
  assert.ok(spec.process.capabilities?.effective.includes('CAP_SYS_ADMIN'));
  assert.deepEqual([spec.mounts, spec.linux.sysctl], [theirs.mounts, theirs.linux.sysctl]);
  assert.deepEqual(deviceRules(spec), [{ allow: true, access: 'rwm' }]);
  assert.deepEqual(
    [spec.linux.seccomp, spec.linux.maskedPaths, spec.linux.readonlyPaths],
    [undefined, undefined, undefined],
  );
});

test('a read-only container has read-only binds, and the host’s namespaces where it asks for them', async () => {
  const spec = await containerSpec({
    ...options,
    readonlyRootfs: true,
    sharedMemory: 'host',
    namespaces: { network: { kind: 'host' }, uts: 'host', pid: 'host', ipc: 'host', cgroup: 'private' },
  });
  assert.equal(spec.root.readonly, true);
  assert.equal(spec.hostname, undefined);
  assert.deepEqual(spec.linux.namespaces, [{ type: 'mount' }, { type: 'cgroup' }]);
  assert.deepEqual(spec.linux.sysctl, {});
  assert.deepEqual(spec.mounts.at(-1)?.options, ['rbind', 'ro', 'rprivate']);
  assert.deepEqual(spec.mounts.find(({ destination }) => destination === '/dev/shm')?.options, ['rbind', 'rprivate']);
});

test('the network namespace that a path names is joined', async () => {
  const network = { kind: 'path', path: '/run/netns' } as const;
  const spec = await containerSpec({ ...options, namespaces: { ...options.namespaces, network } });
  assert.deepEqual(spec.linux.namespaces[1], { type: 'network', path: '/run/netns' });
});

function withoutLists({ resources: _resources, devices: _devices, ...linux }: OciSpec['linux']): object {
  return linux;
}

function withoutCapabilities({ capabilities: _capabilities, ...process }: OciSpec['process']): object {
  return process;
}

function deviceRules(spec: OciSpec): object[] {
  return (spec.linux.resources as { devices: object[] }).devices;
}

/** Docker writes its default rules twice. */
function unique(rules: readonly object[]): object[] {
  return [...new Map(rules.map((rule) => [JSON.stringify(rule), rule])).values()];
}
