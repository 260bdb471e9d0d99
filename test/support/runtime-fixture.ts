import assert from 'node:assert/strict';
import { copyFile, mkdir, mkdtemp, readdir, rm, symlink } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { basename, join } from 'node:path';
import { after } from 'node:test';
import { type ContainerId, type ExecId, randomId } from '../../src/lib/ids.ts';
import { createRuntime } from '../../src/runtime/create-runtime.ts';
import type { ExecRequest, MonitorStream, Runtime } from '../../src/runtime/runtime.ts';
import { containerSpec, type SpecOptions } from '../../src/runtime/spec.ts';
import { Cgroups } from '../../src/sys/cgroups/cgroups.ts';
import { LinuxSyscalls } from '../../src/sys/linux.ts';
import { processesOf } from './leaks.ts';

const APPLETS = ['sh', 'cat', 'echo', 'sleep', 'true', 'head', 'yes', 'seq', 'stty', 'grep', 'kill'];

export type RunOptions = Partial<SpecOptions> & {
  readonly stdin?: boolean;
  readonly stdinOnce?: boolean;
  readonly logPath?: string;
};

/** A runtime with an exec root and a root file system of its own; everything is gone, and checked to be, at the end. */
export class RuntimeFixture {
  readonly directory: string;
  readonly rootfs: string;
  readonly execRoot: string;
  readonly cgroupParent: string;
  runtime: Runtime;

  private constructor(directory: string, runtime: Runtime) {
    this.directory = directory;
    this.rootfs = join(directory, 'rootfs');
    this.execRoot = join(directory, 'exec');
    this.cgroupParent = cgroupParentOf(directory);
    this.runtime = runtime;
  }

  static async open(): Promise<RuntimeFixture> {
    const directory = await mkdtemp(join(tmpdir(), 'skiff-runtime-'));
    const rootfs = join(directory, 'rootfs');
    for (const folder of ['bin', 'etc', 'proc', 'sys', 'dev', 'tmp']) {
      await mkdir(join(rootfs, folder), { recursive: true });
    }
    await copyFile('/bin/busybox', join(rootfs, 'bin/busybox'));
    for (const applet of APPLETS) await symlink('busybox', join(rootfs, 'bin', applet));
    const fixture = new RuntimeFixture(directory, await newRuntime(directory));
    after(() => fixture.#close());
    return fixture;
  }

  /** Another daemon on the same exec root, as after a restart. */
  async reopen(): Promise<Runtime> {
    this.runtime = await newRuntime(this.directory);
    return this.runtime;
  }

  async create(args: readonly string[], options: RunOptions = {}): Promise<ContainerId> {
    const id = randomId<ContainerId>();
    const { stdin = false, stdinOnce = true, logPath, ...spec } = options;
    await this.runtime.create({
      id,
      spec: await containerSpec({ ...this.#defaults(id, args), ...spec }),
      terminal: spec.terminal ?? false,
      stdin,
      stdinOnce,
      logPath,
      ociRuntime: 'crun',
    });
    return id;
  }

  /** Created, attached and started. */
  async run(
    args: readonly string[],
    options: RunOptions = {},
  ): Promise<{ readonly id: ContainerId; readonly stream: MonitorStream }> {
    const id = await this.create(args, options);
    const stream = await this.runtime.attach(id);
    await this.runtime.start(id);
    return { id, stream };
  }

  exec(id: ContainerId, args: readonly string[], options: Partial<ExecRequest> = {}): ReturnType<Runtime['exec']> {
    const terminal = options.terminal ?? false;
    return this.runtime.exec({
      id,
      execId: randomId<ExecId>(),
      process: Promise.resolve({ ...PROCESS, terminal, args }),
      terminal,
      stdin: false,
      stdinOnce: true,
      ociRuntime: 'crun',
      ...options,
    });
  }

  #defaults(id: ContainerId, args: readonly string[]): SpecOptions {
    return {
      ...PROCESS,
      id,
      args,
      rootfs: this.rootfs,
      readonlyRootfs: false,
      hostname: id.slice(0, 12),
      domainname: '',
      namespaces: { network: { kind: 'private' }, uts: 'private', pid: 'private', ipc: 'private', cgroup: 'host' },
      binds: [],
      sharedMemory: { sizeBytes: 64 * 1024 * 1024 },
      sysctls: {},
      seccomp: 'default',
      cgroupParent: this.cgroupParent,
      terminal: false,
      privileged: false,
      capAdd: [],
      capDrop: [],
      noNewPrivileges: false,
    };
  }

  async #close(): Promise<void> {
    await this.runtime.sweep(new Set());
    await this.runtime.close();
    assert.deepEqual(await readdir(join(this.execRoot, 'containers')), []);
    assert.deepEqual(processesOf(this.directory), []);
    const { hierarchies } = await Cgroups.detect();
    for (const root of hierarchies.roots) {
      const siblings = await readdir(join(root, 'skiff')).catch((): string[] => []);
      assert.ok(!siblings.includes(basename(this.cgroupParent)), `${root} keeps ${this.cgroupParent}`);
    }
    await rm(this.directory, { recursive: true });
  }
}

const PROCESS = {
  user: { uid: 0, gid: 0, additionalGids: [0] },
  env: ['PATH=/bin'],
  cwd: '/',
  oomScoreAdj: 0,
} as const;

function cgroupParentOf(directory: string): string {
  return `/skiff/${basename(directory)}`;
}

function newRuntime(directory: string): Promise<Runtime> {
  return createRuntime({
    execRoot: join(directory, 'exec'),
    syscalls: new LinuxSyscalls(),
    cgroupParent: cgroupParentOf(directory),
    log: () => undefined,
  });
}

/** All output of a stream, to its end. */
export async function outputOf(stream: MonitorStream): Promise<{ readonly stdout: string; readonly stderr: string }> {
  const chunks = { stdout: [] as Buffer[], stderr: [] as Buffer[] };
  for await (const { stream: name, data } of stream.output) chunks[name].push(data);
  return { stdout: Buffer.concat(chunks.stdout).toString(), stderr: Buffer.concat(chunks.stderr).toString() };
}
