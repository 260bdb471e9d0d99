/**
 * Layers of a few files are made by the daemon itself: a process for them would take longer to start than all of the rest
 * of a build. Each blocking call is short, and between files the event loop goes on.
 */
import { lstatSync, opendirSync, statSync } from 'node:fs';
import { join } from 'node:path';
import type { Syscalls } from '../../sys/syscalls.ts';
import { fillTree } from './fill-tree.ts';
import type { FillTarget, Sealed, SealRequest } from './make-message.ts';
import { closeSpools, openSpools } from './open-spools.ts';
import { sealUpper } from './seal-upper.ts';

const SMALL_BYTES = 2 * 1024 * 1024;
const SMALL_INDEX_BYTES = 32 * 1024;
const FEW_FILES = 64;

/** Archives are never small: what they unpack to is not known, and takes programs at times. */
export function isSmallFill({ picks }: FillTarget): boolean {
  let dataBytes = 0;
  let indexBytes = 0;
  for (const files of new Map(picks.map(({ spool }) => [spool.data, spool])).values()) {
    dataBytes += statSync(files.data).size;
    indexBytes += statSync(files.index).size;
  }
  return dataBytes <= SMALL_BYTES && indexBytes <= SMALL_INDEX_BYTES && !picks.some(({ unpack }) => unpack);
}

/** As the request to a process. Links lead nowhere out of `root`, which nobody else changes meanwhile. */
export async function fillHere(sys: Syscalls, root: string, target: FillTarget): Promise<void> {
  const spools = openSpools(target.picks);
  try {
    await fillTree(sys, target, spools, root);
  } finally {
    closeSpools(spools);
  }
}

/** Looks at no more than a few files, however many there are. */
export function isSmallTree(root: string): boolean {
  const pending = [root];
  let files = 0;
  let bytes = 0;
  for (let at = pending.pop(); at !== undefined; at = pending.pop()) {
    for (const name of namesIn(at, FEW_FILES + 1)) {
      const path = join(at, name);
      // Nothing is there by a name that is no UTF-8.
      const stats = lstatSync(path, { throwIfNoEntry: false });
      files++;
      bytes += stats?.size ?? 0;
      if (stats === undefined || files > FEW_FILES || bytes > SMALL_BYTES) return false;
      if (stats.isDirectory()) pending.push(path);
    }
  }
  return true;
}

/** The first names in a directory, in no order. */
function namesIn(path: string, most: number): string[] {
  const directory = opendirSync(path);
  try {
    const names: string[] = [];
    for (let entry = directory.readSync(); entry !== null && names.length < most; entry = directory.readSync()) {
      names.push(entry.name);
    }
    return names;
  } finally {
    directory.closeSync();
  }
}

/** As the request to a process. */
export function sealHere(sys: Syscalls, request: SealRequest): Promise<Sealed> {
  return sealUpper(sys, request);
}
