import { readFile, writeFile } from 'node:fs/promises';
import { basename, join } from 'node:path';
import { internalError } from '../../errors/engine-error.ts';
import { pause } from '../../lib/pause.ts';
import { hasErrorCode } from '../../lib/system-error.ts';
import type { CgroupHierarchies } from './cgroup-hierarchies.ts';

/** A process that sleeps in the kernel is frozen when it wakes: Docker's runtime gives it as long. */
const LIMIT_MS = 10_000;
const STEP_MS = 2;

/** How one version of the kernel's freezer is told and asked. */
interface Freezer {
  readonly command: string;
  readonly freeze: string;
  readonly thaw: string;
  readonly status: string;
  readonly isFrozen: (text: string) => boolean;
  /** Begun, and not through yet. */
  readonly isFreezing: (text: string) => boolean;
}

/**
 * Stops every process of a cgroup and of all below it, and returns when all of them stand still. When one does not, the
 * others go on. Idempotent. @throws internal after ten seconds; ENOENT when the cgroup is gone.
 */
export async function freezeCgroup(hierarchies: CgroupHierarchies, path: string): Promise<void> {
  const freezer = freezerOf(hierarchies, path);
  for (const end = Date.now() + LIMIT_MS; ; await pause(STEP_MS)) {
    // Version 1 can miss a process that forks meanwhile, until it is told again.
    await writeFile(freezer.command, freezer.freeze, { flag: 'r+' });
    if (freezer.isFrozen(await readFile(freezer.status, 'latin1'))) return;
    if (Date.now() > end) break;
  }
  await thawCgroup(hierarchies, path);
  throw internalError(`processes in cgroup ${path} could not be frozen within ${LIMIT_MS / 1000} s`);
}

/** Lets the processes of a cgroup go on. Idempotent; nothing to do for one that is gone. */
export async function thawCgroup(hierarchies: CgroupHierarchies, path: string): Promise<void> {
  const { command, thaw } = freezerOf(hierarchies, path);
  try {
    await writeFile(command, thaw, { flag: 'r+' });
  } catch (error) {
    if (!hasErrorCode(error, 'ENOENT', 'ENODEV')) throw error;
  }
}

/** Whether the cgroup is frozen, or a freeze of it was begun and not taken back. False for one that is gone. */
export async function isCgroupFrozen(hierarchies: CgroupHierarchies, path: string): Promise<boolean> {
  const freezer = freezerOf(hierarchies, path);
  try {
    const text = await readFile(freezer.status, 'latin1');
    return freezer.isFrozen(text) || freezer.isFreezing(text);
  } catch (error) {
    if (hasErrorCode(error, 'ENOENT', 'ENODEV')) return false;
    throw error;
  }
}

function freezerOf({ roots, unified }: CgroupHierarchies, path: string): Freezer {
  const v1 = roots.find((root) => basename(root) === 'freezer');
  if (v1 !== undefined) {
    const state = join(v1, path, 'freezer.state');
    return {
      command: state,
      freeze: 'FROZEN',
      thaw: 'THAWED',
      status: state,
      isFrozen: (text) => text.trim() === 'FROZEN',
      isFreezing: (text) => text.trim() === 'FREEZING',
    };
  }
  if (unified === undefined) throw internalError('this host has no freezer among its control groups');
  return {
    command: join(unified, path, 'cgroup.freeze'),
    freeze: '1',
    thaw: '0',
    status: join(unified, path, 'cgroup.events'),
    isFrozen: (text) => /^frozen 1$/m.test(text),
    isFreezing: () => false,
  };
}
