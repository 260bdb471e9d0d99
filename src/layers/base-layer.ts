import { chmodSync, mkdirSync, symlinkSync, writeFileSync } from 'node:fs';
import { dirname, join } from 'node:path';
import { hasErrorCode } from '../lib/system-error.ts';
import { MOUNT_TABLE } from '../sys/mounts/mount-table.ts';

/** Where it lies below the layer store's root. Its name is no number, as those of layers are. */
export const BASE_LAYER = 'l/_';

const DIRECTORIES = ['dev/pts', 'dev/shm', 'proc', 'sys', 'etc'];
const FILES = ['.dockerenv', 'dev/console', 'etc/hostname', 'etc/hosts', 'etc/resolv.conf'];
const LINKS = [['etc/mtab', MOUNT_TABLE]] as const;
const MODE = 0o755;

/**
 * The lowest layer of every container: the files that Docker makes in a layer of its own above the image (its "init
 * layer"), mostly for mounts to be put on. Below the image they are there only where the image has nothing of that
 * name, which is what Docker sees to as well, and they are no part of what the container changed. Idempotent.
 */
export function makeBaseLayer(path: string): void {
  for (const name of DIRECTORIES) {
    mkdirSync(join(path, name), { recursive: true });
    for (let at = name; at !== '.'; at = dirname(at)) chmodSync(join(path, at), MODE);
  }
  for (const name of FILES) {
    writeFileSync(join(path, name), '', { flag: 'a' });
    chmodSync(join(path, name), MODE);
  }
  for (const [name, target] of LINKS) makeLink(join(path, name), target);
}

function makeLink(path: string, target: string): void {
  try {
    symlinkSync(target, path);
  } catch (error) {
    if (!hasErrorCode(error, 'EEXIST')) throw error;
  }
}
