import { readFileSync } from 'node:fs';
import type { SpoolEntry } from './spool-entry.ts';
import { parseSpoolEntry } from './spool-entry.ts';

/** Blocks: for a process of its own. */
export function readIndex(path: string): SpoolEntry[] {
  return readFileSync(path, 'utf8').split('\n').filter(Boolean).map(parseSpoolEntry);
}
