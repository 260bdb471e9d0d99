import { readTar } from '../../lib/tar/tar-reader.ts';
import type { SpoolEntry } from './spool-entry.ts';
import { SpoolWriter } from './spool-writer.ts';

/**
 * Takes a tar in: its files' data go to a new file at `dataPath`, what it says of them is returned, folders before what
 * is in them. The archive is read to its end.
 * @throws invalid_argument for a broken archive or one with names that leave its root. The file stays for the caller.
 */
export async function spoolArchive(archive: AsyncIterable<Uint8Array>, dataPath: string): Promise<SpoolEntry[]> {
  const writer = new SpoolWriter(dataPath);
  try {
    for await (const { entry, data } of readTar(archive)) await writer.add(entry, data);
    return writer.finish();
  } finally {
    writer.close();
  }
}
