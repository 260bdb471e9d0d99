import { closeSync, openSync } from 'node:fs';
import { readIndex } from '../spool/read-index.ts';
import type { SpoolEntry } from '../spool/spool-entry.ts';
import type { FillPick, SpoolFiles } from './make-message.ts';
import { expandByProgram, type Stretch } from './unpack-file.ts';

/** A spool with its data file open. */
export interface OpenSpool {
  readonly fd: number;
  /** Folders before what is in them, which follows at once. */
  readonly entries: readonly SpoolEntry[];
  /** Where in `entries` a path is. */
  readonly places: ReadonlyMap<string, number>;
  /** Files that are to be unpacked, by their paths. */
  readonly archives: Map<string, Stretch>;
}

/** Called before the process's root changes. The caller closes the files. */
export function openSpools(picks: readonly FillPick[]): Map<string, OpenSpool> {
  const spools = new Map<string, OpenSpool>();
  for (const { spool, source, unpack } of picks) {
    const open = spools.get(spool.data) ?? openSpool(spool);
    spools.set(spool.data, open);
    const file = unpack ? entryAt(open, source) : undefined;
    if (file?.type !== 'file') continue;
    const { offset, sizeBytes } = file;
    open.archives.set(source, expandByProgram({ fd: open.fd, offset, sizeBytes }, spool.data));
  }
  return spools;
}

function openSpool({ data, index }: SpoolFiles): OpenSpool {
  const entries = readIndex(index);
  const places = new Map(entries.map(({ path }, place) => [path as string, place]));
  return { entries, places, fd: openSync(data, 'r'), archives: new Map() };
}

export function entryAt({ entries, places }: OpenSpool, path: string): SpoolEntry | undefined {
  return entries[places.get(path) ?? -1];
}

export function closeSpools(spools: ReadonlyMap<string, OpenSpool>): void {
  for (const { fd, archives } of spools.values()) {
    for (const stretch of archives.values()) if (stretch.fd !== fd) closeSync(stretch.fd);
    closeSync(fd);
  }
}
