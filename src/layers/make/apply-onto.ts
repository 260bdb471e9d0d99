import { readdirSync } from 'node:fs';
import { invalidArgument } from '../../errors/engine-error.ts';
import { bytesOf, textOf } from '../../lib/tar/byte-string.ts';
import { readTar } from '../../lib/tar/tar-reader.ts';
import type { Syscalls } from '../../sys/syscalls.ts';
import { entryParts } from '../unpack/entry-path.ts';
import { LayerTree } from '../unpack/layer-tree.ts';
import { writeEntry } from '../unpack/write-entry.ts';

const WHITEOUT_PREFIX = '.wh.';
const OPAQUE_MARKER = '.wh..wh..opq';

/**
 * Does to the tree that is the process's root what a layer says: makes its files, and removes what it hides. In a mounted
 * overlay, what is removed of the layers below is hidden in the same way.
 */
export async function applyOnto(sys: Syscalls, layer: AsyncIterable<Uint8Array>): Promise<void> {
  const tree = new LayerTree();
  for await (const read of readTar(layer)) {
    const entryPath = textOf(read.entry.path);
    const parts = entryParts(read.entry.path);
    const name = parts.pop();
    if (name === undefined) continue;
    const parent = tree.directory(parts, entryPath);
    if (name === OPAQUE_MARKER) emptyDirectory(tree, parent);
    else if (name.startsWith(WHITEOUT_PREFIX)) {
      const hidden = name.slice(WHITEOUT_PREFIX.length);
      if (hidden === '' || hidden === '.' || hidden === '..')
        throw invalidArgument(`${entryPath}: a whiteout of no file`);
      tree.remove(`${parent}/${hidden}`);
    } else await writeEntry(tree, sys, `${parent}/${name}`, read);
  }
  for (const [path, time] of tree.directoryTimes()) sys.setTimes(bytesOf(path), time);
}

function emptyDirectory(tree: LayerTree, path: string): void {
  for (const name of readdirSync(bytesOf(path === '' ? '/' : path), 'latin1')) tree.remove(`${path}/${name}`);
}
