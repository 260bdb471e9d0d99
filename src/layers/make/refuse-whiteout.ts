import { invalidArgument } from '../../errors/engine-error.ts';
import { textOf } from '../../lib/tar/byte-string.ts';
import type { TarEntry } from '../../lib/tar/tar-entry.ts';

/** @throws invalid_argument for the device that in a layer stands for a file that was removed, and hides one below. */
export function refuseWhiteout({ type, device, path }: Pick<TarEntry, 'type' | 'device' | 'path'>): void {
  if (type !== 'character' || device.major !== 0 || device.minor !== 0) return;
  throw invalidArgument(`cannot copy ${textOf(path)}: no layer can hold the character device 0:0`);
}
