import { mkdir, readdir, readFile, rmdir } from 'node:fs/promises';
import { join } from 'node:path';
import { hasErrorCode } from '../../lib/system-error.ts';
import { MS, type Syscalls } from '../syscalls.ts';
import { type CgroupHierarchies, parseHierarchies } from './cgroup-hierarchies.ts';

/** The control groups of this host, addressed by one path below the root of every hierarchy (`/skiff/ab12/<id>`). */
export class Cgroups {
  readonly hierarchies: CgroupHierarchies;

  constructor(hierarchies: CgroupHierarchies) {
    this.hierarchies = hierarchies;
  }

  static async detect(): Promise<Cgroups> {
    return new Cgroups(parseHierarchies(await readFile('/proc/self/mountinfo', 'utf8')));
  }

  get version(): '1' | '2' {
    return this.hierarchies.mode === 'v2' ? '2' : '1';
  }

  /** Process numbers in a cgroup and everything below it, from all hierarchies. */
  async processes(path: string): Promise<Set<number>> {
    const found = new Set<number>();
    for (const root of this.hierarchies.roots) await collect(join(root, path), found);
    return found;
  }

  /**
   * Removes a cgroup and everything below it from every hierarchy. Idempotent.
   * @returns false when processes are left in it.
   */
  async remove(path: string): Promise<boolean> {
    const removed = await Promise.all(this.hierarchies.roots.map((root) => removeTree(join(root, path))));
    return removed.every(Boolean);
  }

  /** Removes a cgroup where nothing is left below it, and leaves it alone elsewhere. */
  async removeIfEmpty(path: string): Promise<void> {
    await Promise.all(this.hierarchies.roots.map((root) => tryRmdir(join(root, path))));
  }
}

async function collect(directory: string, found: Set<number>): Promise<void> {
  try {
    const text = await readFile(join(directory, 'cgroup.procs'), 'latin1');
    for (const line of text.split('\n')) if (line !== '') found.add(Number(line));
    for (const entry of await readdir(directory, { withFileTypes: true })) {
      if (entry.isDirectory()) await collect(join(directory, entry.name), found);
    }
  } catch (error) {
    if (!hasErrorCode(error, 'ENOENT', 'ENODEV')) throw error;
  }
}

async function removeTree(directory: string): Promise<boolean> {
  if (await tryRmdir(directory)) return true;
  try {
    for (const entry of await readdir(directory, { withFileTypes: true })) {
      if (entry.isDirectory()) await removeTree(join(directory, entry.name));
    }
  } catch (error) {
    if (hasErrorCode(error, 'ENOENT')) return true;
    throw error;
  }
  return tryRmdir(directory);
}

async function tryRmdir(directory: string): Promise<boolean> {
  try {
    await rmdir(directory);
    return true;
  } catch (error) {
    if (hasErrorCode(error, 'ENOENT')) return true;
    if (hasErrorCode(error, 'EBUSY', 'ENOTEMPTY')) return false;
    throw error;
  }
}

/**
 * crun up to 1.8 refuses hosts with both cgroup versions where v2 still owns a controller. Such controllers are mounted
 * as v1, which takes them from v2. Idempotent; several daemons may do it at once: the kernel refuses to mount the same
 * hierarchy twice on one place.
 * @returns the controllers that were mounted.
 */
export async function releaseV2Controllers(cgroups: Cgroups, syscalls: Syscalls): Promise<string[]> {
  const { mode, unified, v1Base } = cgroups.hierarchies;
  if (mode !== 'hybrid' || unified === undefined || v1Base === undefined) return [];
  const controllers = (await readFile(join(unified, 'cgroup.controllers'), 'utf8')).split(/\s+/).filter(Boolean);
  const mounted: string[] = [];
  for (const controller of controllers) {
    const target = join(v1Base, controller);
    await mkdir(target, { recursive: true });
    try {
      await syscalls.mount({
        source: 'cgroup',
        target,
        fsType: 'cgroup',
        flags: MS.NOSUID | MS.NODEV | MS.NOEXEC,
        data: controller,
      });
      mounted.push(controller);
    } catch (error) {
      if (!hasErrorCode(error, 'EBUSY')) throw error;
    }
  }
  return mounted;
}
