import { chmodSync, lchownSync, mkdirSync } from 'node:fs';
import { byteStringOf } from '../../lib/tar/byte-string.ts';
import { LayerTree } from '../unpack/layer-tree.ts';
import { followWithin } from './follow-within.ts';

const DIRECTORY_MODE = 0o755;

export interface DirectoryRequest {
  /** Where the tree is that nobody else changes meanwhile. */
  readonly root: string;
  readonly path: string;
  readonly owner: { readonly uid: number; readonly gid: number };
}

/** Makes a directory in a tree, with its parents. Links on the way are followed within it; what is there stays as it is. */
export function makeDirectory({ root, path, owner }: DirectoryRequest): void {
  const tree = new LayerTree(byteStringOf(root));
  let at = '';
  for (const part of byteStringOf(followWithin(root, path)).split('/').filter(Boolean)) {
    at = `${at}/${part}`;
    if (tree.lstat(at) !== undefined) continue;
    mkdirSync(tree.onDisk(at));
    chmodSync(tree.onDisk(at), DIRECTORY_MODE);
    lchownSync(tree.onDisk(at), owner.uid, owner.gid);
  }
}
