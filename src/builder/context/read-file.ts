import { open } from 'node:fs/promises';
import { invalidArgument } from '../../errors/engine-error.ts';
import { matchPaths } from '../../layers/spool/match-paths.ts';
import { byteStringOf } from '../../lib/tar/byte-string.ts';
import type { SpoolTree } from './spool-tree.ts';

const LARGEST_BYTES = 64 * 1024 * 1024;

/** What a file of a tree holds, links followed; undefined when there is none. @throws invalid_argument for huge ones. */
export async function readFileIn(tree: SpoolTree, path: string): Promise<Buffer | undefined> {
  const [match] = matchPaths(tree, { pattern: byteStringOf(path), isPattern: false });
  const entry = match === undefined ? undefined : tree.entry(match.path);
  if (entry?.type !== 'file') return undefined;
  const { offset, sizeBytes } = entry;
  if (sizeBytes > LARGEST_BYTES) throw invalidArgument(`${path} is larger than ${LARGEST_BYTES} bytes`);
  const file = await open(tree.files.data, 'r');
  try {
    const content = Buffer.alloc(sizeBytes);
    await file.read(content, 0, sizeBytes, offset);
    return content;
  } finally {
    await file.close();
  }
}
