import { readFileSync, statSync } from 'node:fs';
import { basename } from 'node:path';
import { SyscallError } from '../sys/syscall-error.ts';
import type { Fd, Syscalls } from '../sys/syscalls.ts';

interface SealedCopy {
  readonly fd: Fd;
  /** Of the file that was copied. When a package brings another, it is copied anew; somebody may be about to run this. */
  readonly version: string;
}

/**
 * crun must not be run from a file that a container could write to (CVE-2019-5736): each time it starts it makes a
 * read-only mount of itself, starts once more from there and unmounts, which waits for the kernel: 2 to 7 ms. It leaves
 * all of that out when it is run from a sealed memory file, which nobody can write to. This holds one copy, half a MB,
 * for as long as the daemon lives; a container that is being created when the daemon dies is swept by the next one.
 */
export class SealedRuntimes {
  readonly #syscalls: Pick<Syscalls, 'createSealedFile'>;
  readonly #copies = new Map<string, SealedCopy>();

  constructor(syscalls: Pick<Syscalls, 'createSealedFile'>) {
    this.#syscalls = syscalls;
  }

  /** From where to run an OCI runtime; its own path unless it is crun, and where the kernel refuses such files. */
  pathOf(ociRuntime: string): string {
    if (basename(ociRuntime) !== 'crun') return ociRuntime;
    const { ino, size, mtimeMs } = statSync(ociRuntime);
    const version = `${ino} ${size} ${mtimeMs}`;
    let copy = this.#copies.get(ociRuntime);
    if (copy?.version !== version) {
      copy = this.#seal(ociRuntime, version);
      if (copy === undefined) return ociRuntime;
      this.#copies.set(ociRuntime, copy);
    }
    return `/proc/${process.pid}/fd/${copy.fd}`;
  }

  #seal(ociRuntime: string, version: string): SealedCopy | undefined {
    try {
      return { fd: this.#syscalls.createSealedFile('crun', readFileSync(ociRuntime)), version };
    } catch (error) {
      // Forbidden by vm.memfd_noexec: crun then protects itself.
      if (error instanceof SyscallError) return undefined;
      throw error;
    }
  }
}
