import { type FileHandle, open } from 'node:fs/promises';
import { CliError } from '../errors.ts';
import { fileErrorText } from './file-error.ts';

const CHUNK_BYTES = 1024 * 1024;

/**
 * The file's bytes, a chunk at a time. The file is opened at once, so that a missing one is reported before anything
 * is sent, and closed when the reading ends, however it ends.
 */
export async function readFileChunks(path: string): Promise<AsyncIterable<Uint8Array>> {
  let file: FileHandle;
  try {
    file = await open(path, 'r');
  } catch (error) {
    throw new CliError(fileErrorText('open', path, error), 1, { cause: error });
  }
  return chunksOf(file);
}

async function* chunksOf(file: FileHandle): AsyncGenerator<Uint8Array> {
  try {
    for (;;) {
      const { bytesRead, buffer } = await file.read(Buffer.allocUnsafe(CHUNK_BYTES), 0, CHUNK_BYTES, null);
      if (bytesRead === 0) return;
      yield buffer.subarray(0, bytesRead);
    }
  } finally {
    await file.close();
  }
}
