import { closeSync } from 'node:fs';
import { type AsyncCall, check, declare } from '../libc.ts';
import { SyscallError } from '../syscall-error.ts';
import type { Fd, SpawnRequest } from '../syscalls.ts';

const SETSIGDEF = 0x04;
const SETSIGMASK = 0x08;
const SETSID = 0x80;
const F_DUPFD_CLOEXEC = 1030;
const SIGSET_BYTES = 128;
/** More than glibc's posix_spawn_file_actions_t (80) and posix_spawnattr_t (336) take on any architecture. */
const OPAQUE_BYTES = 512;

type OnAttributes<T> = (attributes: Uint8Array, value: T) => number;
type OnActions<A extends unknown[]> = (actions: Uint8Array, ...args: A) => number;
type SpawnCall = [
  pid: Int32Array,
  path: string,
  actions: Uint8Array,
  attributes: Uint8Array,
  args: readonly (string | null)[],
  env: readonly (string | null)[],
];
const c = {
  spawn: declare<AsyncCall<SpawnCall>>(
    'int posix_spawn(_Out_ int *pid, const char *path, void *actions, void *attributes, const char **args, const char **env)',
  ),
  setFlags: declare<OnAttributes<number>>('int posix_spawnattr_setflags(void *attributes, short flags)'),
  setMask: declare<OnAttributes<Uint8Array>>('int posix_spawnattr_setsigmask(void *attributes, const void *set)'),
  setDefault: declare<OnAttributes<Uint8Array>>('int posix_spawnattr_setsigdefault(void *attributes, const void *set)'),
  initAttributes: declare<(attributes: Uint8Array) => number>('int posix_spawnattr_init(void *attributes)'),
  initActions: declare<OnActions<[]>>('int posix_spawn_file_actions_init(void *actions)'),
  destroyActions: declare<OnActions<[]>>('int posix_spawn_file_actions_destroy(void *actions)'),
  addDup2: declare<OnActions<[Fd, Fd]>>('int posix_spawn_file_actions_adddup2(void *actions, int fd, int target)'),
  addChdir: declare<OnActions<[string]>>('int posix_spawn_file_actions_addchdir_np(void *actions, const char *path)'),
  addCloseFrom: declare<OnActions<[Fd]>>('int posix_spawn_file_actions_addclosefrom_np(void *actions, int from)'),
  fcntl: declare<(fd: Fd, command: number, argument: number) => number>('int fcntl(int fd, int command, int argument)'),
};

/** A session of its own, and no signal blocked or ignored: Node ignores SIGPIPE. Never written to once it is made. */
const attributes = new Uint8Array(OPAQUE_BYTES);
c.initAttributes(attributes);
c.setFlags(attributes, SETSIGDEF | SETSIGMASK | SETSID);
c.setMask(attributes, new Uint8Array(SIGSET_BYTES));
c.setDefault(attributes, new Uint8Array(SIGSET_BYTES).fill(0xff));

/** See `Syscalls.spawn`. The library calls return an error number, and leave errno alone. */
export async function spawnProcess({ path, args, env, directory, descriptors }: SpawnRequest): Promise<number> {
  const actions = new Uint8Array(OPAQUE_BYTES);
  const raised: Fd[] = [];
  throwUnlessZero(c.initActions(actions), path);
  try {
    throwUnlessZero(c.addChdir(actions, directory), path);
    for (const [target, fd] of descriptors.entries()) {
      let source = fd;
      // Out of the way of what the child's own numbers overwrite.
      if (fd < descriptors.length) {
        source = check('fcntl', c.fcntl(fd, F_DUPFD_CLOEXEC, descriptors.length), path);
        raised.push(source);
      }
      throwUnlessZero(c.addDup2(actions, source, target), path);
    }
    // What this process inherited need not be close-on-exec.
    throwUnlessZero(c.addCloseFrom(actions, descriptors.length), path);
    const pid = new Int32Array(1);
    const result = await new Promise<number>((resolve, reject) => {
      c.spawn.async(pid, path, actions, attributes, [path, ...args, null], [...env, null], (error, number) =>
        error === null || error === undefined ? resolve(number) : reject(error),
      );
    });
    throwUnlessZero(result, path);
    return pid[0] ?? 0;
  } finally {
    for (const fd of raised) closeSync(fd);
    c.destroyActions(actions);
  }
}

function throwUnlessZero(error: number, path: string): void {
  if (error !== 0) throw new SyscallError('posix_spawn', error, path);
}
