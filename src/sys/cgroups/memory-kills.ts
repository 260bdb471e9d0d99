import { watch } from 'node:fs';
import { readFile } from 'node:fs/promises';
import { join } from 'node:path';
import { hasErrorCode } from '../../lib/system-error.ts';
import type { CgroupHierarchies } from './cgroup-hierarchies.ts';
import { parseFields } from './parse-usage.ts';

/**
 * Calls back once when the kernel has killed a process of a control group of version 2 for lack of memory, at once when
 * that was before. The kernel tells of changes at most every 10 ms, also while a group lives at its limit.
 * @returns ends it. Does nothing for a group that is gone.
 */
export function watchMemoryKills({ unified }: CgroupHierarchies, path: string, callback: () => void): () => void {
  const file = join(unified ?? '', path, 'memory.events');
  let ended = false;
  const end = () => {
    ended = true;
    watcher?.close();
  };
  const look = async () => {
    try {
      const kills = parseFields(await readFile(file, 'latin1')).get('oom_kill') ?? 0n;
      if (ended || kills === 0n) return;
      end();
      callback();
    } catch (error) {
      // The group went with the container: there is nothing to be told any more. What cannot be read for another reason
      // is read at the next change, and is told at the container's end in any case.
      if (hasErrorCode(error, 'ENOENT', 'ENODEV')) end();
    }
  };
  const watcher = watchIfThere(file, () => void look());
  void look();
  return end;
}

function watchIfThere(file: string, changed: () => void) {
  try {
    return watch(file, { persistent: false }, changed).on('error', changed);
  } catch (error) {
    if (!hasErrorCode(error, 'ENOENT', 'ENODEV')) throw error;
    return undefined;
  }
}
