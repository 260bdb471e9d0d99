import { closeSync, existsSync, fstatSync, mkdirSync, openSync } from 'node:fs';
import { dirname } from 'node:path/posix';
import { hasErrorCode } from '../../lib/system-error.ts';
import type { LinuxSyscalls } from '../../sys/linux.ts';
import { KERNEL_PLACES } from '../../sys/mounts/mount-table.ts';
import type { ContainerTree } from './archive-message.ts';
import { resolveLinks } from './resolve-links.ts';

/**
 * Makes a container's tree this process's root, with the container's mounts, in a mount namespace of its own: no
 * symbolic link leads anywhere else, whoever changes the tree meanwhile, and the mounts go with the namespace.
 */
export function enterTree(sys: LinuxSyscalls, tree: ContainerTree): void {
  if (tree.namespace === undefined) enterStopped(sys, tree);
  else enterRunning(sys, tree.namespace, tree.mounts);
  process.chdir('/');
}

/** What is to be mounted is taken hold of outside, and put in place inside, where no link leads out again. */
function enterStopped(sys: LinuxSyscalls, { root, mounts }: ContainerTree): void {
  sys.enterMountNamespace();
  const trees = mounts.map(({ source, target }) => ({ tree: sys.openTree(source), target }));
  sys.chroot(root);
  process.chdir('/');
  for (const { tree, target } of trees) {
    const place = resolveLinks('', target);
    makePlace(place, fstatSync(tree).isDirectory());
    sys.moveMount(tree, place);
    closeSync(tree);
  }
}

/** Where a container has never been started its mounts have no place yet: they get one, as at its start. */
function makePlace(path: string, isDirectory: boolean): void {
  if (existsSync(path)) return;
  mkdirSync(isDirectory ? path : dirname(path), { recursive: true, mode: 0o755 });
  if (!isDirectory) closeSync(openSync(path, 'wx', 0o644));
}

/** The kernel's own file systems are no files of the container: below them is what its layers hold. */
function enterRunning(sys: LinuxSyscalls, namespace: string, mounts: ContainerTree['mounts']): void {
  sys.enterMountNamespaceOf(namespace);
  const users = new Set(mounts.map(({ target }) => target));
  for (const place of KERNEL_PLACES.filter((one) => !users.has(one))) {
    try {
      sys.detachMount(place);
    } catch (error) {
      // Nothing is mounted there: it is a folder of the container's.
      if (!hasErrorCode(error, 'EINVAL', 'ENOENT')) throw error;
    }
  }
}
