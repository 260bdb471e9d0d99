import { refusedEntry } from '../../errors/layers.ts';
import type { ByteString } from '../../lib/tar/byte-string.ts';
import { textOf } from '../../lib/tar/byte-string.ts';

/**
 * The parts of an entry's path below the layer's root; none for the root itself. A leading slash means the layer's
 * root, as it does to Docker: such an entry does not leave the layer.
 * @throws invalid_argument when `..` would leave it.
 */
export function entryParts(path: ByteString): string[] {
  const parts: string[] = [];
  for (const part of path.split('/')) {
    if (part === '' || part === '.') continue;
    if (part !== '..') parts.push(part);
    else if (parts.pop() === undefined) throw refusedEntry(textOf(path), 'it would leave the layer');
  }
  return parts;
}
