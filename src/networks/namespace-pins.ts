import { mkdir, readdir, symlink, unlink, writeFile } from 'node:fs/promises';
import { join } from 'node:path';
import type { ContainerId } from '../lib/ids.ts';
import { hasErrorCode } from '../lib/system-error.ts';
import { OWN_NETWORK_NAMESPACE } from '../sys/netlink/route-netlink.ts';
import { MNT_DETACH, type Syscalls } from '../sys/syscalls.ts';

const HOST_PIN = 'default';

/**
 * Network namespaces pinned below the exec root, each by a bind mount on a file with the container's ID. They outlive
 * the daemon, and are gone after a reboot together with the exec root.
 */
export class NamespacePins {
  readonly #syscalls: Pick<Syscalls, 'createNetworkNamespace' | 'unmount'>;
  readonly #folder: string;

  constructor(syscalls: Pick<Syscalls, 'createNetworkNamespace' | 'unmount'>, execRoot: string) {
    this.#syscalls = syscalls;
    this.#folder = join(execRoot, 'netns');
  }

  pathOf(id: ContainerId): string {
    return join(this.#folder, id);
  }

  get hostPath(): string {
    return join(this.#folder, HOST_PIN);
  }

  /** The folder, and in it the host's own namespace under `default`, as a link: it needs no mount. */
  async open(): Promise<void> {
    await mkdir(this.#folder, { recursive: true, mode: 0o700 });
    await symlink(OWN_NETWORK_NAMESPACE, this.hostPath).catch(ignoring('EEXIST'));
  }

  /** Makes the container's namespace. What was pinned under its ID before is let go of first. */
  async create(id: ContainerId): Promise<void> {
    const path = this.pathOf(id);
    try {
      await writeFile(path, '', { flag: 'wx', mode: 0o600 });
    } catch (error) {
      if (!hasErrorCode(error, 'EEXIST')) throw error;
      await this.remove(id);
      await writeFile(path, '', { flag: 'wx', mode: 0o600 });
    }
    this.#syscalls.createNetworkNamespace(path);
  }

  /**
   * Idempotent. The kernel takes a namespace and its links apart some milliseconds after its last process and its pin
   * are gone, on its own time: its veth can still be seen for a moment after this.
   */
  async remove(id: ContainerId): Promise<void> {
    const path = this.pathOf(id);
    await this.#syscalls.unmount(path, MNT_DETACH).catch(ignoring('EINVAL', 'ENOENT'));
    await unlink(path).catch(ignoring('ENOENT'));
  }

  async list(): Promise<ContainerId[]> {
    return (await readdir(this.#folder)).filter((name) => name !== HOST_PIN) as ContainerId[];
  }
}

function ignoring(...codes: string[]): (error: unknown) => void {
  return (error) => {
    if (!hasErrorCode(error, ...codes)) throw error;
  };
}
