import { readFileSync } from 'node:fs';
import { open } from 'node:fs/promises';
import { join } from 'node:path';

/**
 * The first process that is moved between cgroups after a quiet time waits for the kernel to pass a grace period, 4 to
 * 16 ms, whoever moves it; those right behind it do not (the kernel's `cgroup_threadgroup_rwsem`, an rcu_sync). The OCI
 * runtime moves one in the middle of every create and every exec. Whoever is about to start it says so here, and the
 * grace period passes while the monitor and the runtime are still being loaded.
 */
export class CgroupMigration {
  readonly #unified: string | undefined;
  #pending = false;

  /** `unified` is the mount point of the v2 hierarchy; without one nothing is done. */
  constructor(unified: string | undefined) {
    this.#unified = unified;
  }

  /** Returns at once, changes nothing and never fails: it only saves time. */
  anticipate(): void {
    if (this.#unified === undefined || this.#pending) return;
    this.#pending = true;
    void moveToOwnCgroup(this.#unified).finally(() => {
      this.#pending = false;
    });
  }
}

/** A move of this process to where it is: the kernel takes the lock, and finds nothing to do. */
async function moveToOwnCgroup(unified: string): Promise<void> {
  try {
    const own = ownCgroup(readFileSync('/proc/self/cgroup', 'utf8'));
    if (own === undefined) return;
    const file = await open(join(unified, own, 'cgroup.procs'), 'r+');
    try {
      await file.write(String(process.pid));
    } finally {
      await file.close();
    }
  } catch {
    // Read-only or out of sight, as in a container: the runtime's own move waits then, and says what is wrong.
  }
}

/** This process's path below the v2 hierarchy's root, from /proc/<pid>/cgroup (cgroups(7)). */
export function ownCgroup(text: string): string | undefined {
  return /^0::(\/.*)$/m.exec(text)?.[1];
}
