import { randomBytes } from 'node:crypto';
import { mkdirSync } from 'node:fs';
import { readdir, rename } from 'node:fs/promises';
import { join } from 'node:path';
import { setTimeout as delay } from 'node:timers/promises';
import { messageOf } from '../errors/engine-error.ts';
import { hasErrorCode } from '../lib/system-error.ts';
import { runProgram } from '../sys/processes/run-program.ts';
import type { Syscalls } from '../sys/syscalls.ts';

/** Containers often go in rows: one program deletes what many have left. */
const GATHER_MS = 500;

/**
 * Trees that nobody needs any more. They leave their place at once and are deleted behind everyone's back: where the
 * file system discards blocks as it frees them, ten thousand files take many seconds. What a crash or a failure leaves
 * is deleted with what is thrown away next.
 */
export class Trash {
  readonly #directory: string;
  readonly #syscalls: Syscalls;
  readonly #warn: (message: string) => void;
  #emptying: Promise<void> | undefined;
  #cameMore = false;

  /** Makes the directory where it is missing. It must be in the file system of what is thrown away. */
  constructor(directory: string, syscalls: Syscalls, warn: (message: string) => void) {
    this.#directory = directory;
    this.#syscalls = syscalls;
    this.#warn = warn;
    mkdirSync(directory, { recursive: true });
  }

  /** Idempotent: the path is free when it returns. */
  async take(path: string): Promise<void> {
    try {
      await rename(path, join(this.#directory, randomBytes(8).toString('hex')));
    } catch (error) {
      if (hasErrorCode(error, 'ENOENT')) return;
      throw error;
    }
    this.empty();
  }

  /** Begins to delete what is there, and returns. */
  empty(): void {
    this.#cameMore = true;
    this.#emptying ??= this.#deleteAll()
      .catch((error: unknown) => this.#warn(`deleting ${this.#directory} failed: ${messageOf(error)}`))
      .finally(() => {
        this.#emptying = undefined;
      });
  }

  /** Resolves when all that was thrown away until now is off the disk, as far as it could be deleted. */
  async emptied(): Promise<void> {
    await this.#emptying;
  }

  /** By rm(1): it takes names that are no UTF-8, trees of any depth, and no time of this process. */
  async #deleteAll(): Promise<void> {
    while (this.#cameMore) {
      await delay(GATHER_MS);
      this.#cameMore = false;
      const paths = (await readdir(this.#directory)).map((name) => join(this.#directory, name));
      if (paths.length > 0) await runProgram(this.#syscalls, '/bin/rm', ['-rf', '--', ...paths]);
    }
  }
}
