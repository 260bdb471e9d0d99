import { constants } from 'node:fs';
import { open } from 'node:fs/promises';

const FLAGS = constants.O_RDWR | constants.O_CREAT;

/**
 * Gives a file another content in place, for those that have it open or mounted. Made when it is not there. A process
 * that is killed in the midst of it leaves the old content or the new one, the latter perhaps with empty lines after it:
 * never an empty file.
 */
export async function overwriteFile(path: string, content: string, mode = 0o644): Promise<void> {
  // Neither truncated at the start nor replaced by another file.
  const file = await open(path, FLAGS, mode);
  try {
    const bytes = Buffer.from(content);
    const { size } = await file.stat();
    // One call for all of it, over the whole of what was there.
    const padded = Buffer.alloc(Math.max(size, bytes.length), '\n');
    bytes.copy(padded);
    await file.write(padded, 0, padded.length, 0);
    if (padded.length > bytes.length) await file.truncate(bytes.length);
  } finally {
    await file.close();
  }
}
