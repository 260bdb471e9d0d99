import { createReadStream } from 'node:fs';
import { access } from 'node:fs/promises';
import { hasErrorCode } from '../lib/system-error.ts';
import type { SettingState } from '../state/settings.ts';
import type { ImageContext } from './image-context.ts';

const DONE = 'default-image';

/**
 * Loads the image that comes with the engine, once in a data root's life: a user who removes it has it removed for good.
 * Without the archive nothing happens, and the next start tries again. Returns whether the image was loaded.
 */
export async function loadDefaultImage(
  context: ImageContext,
  settings: SettingState,
  archivePath: string,
): Promise<boolean> {
  if (settings.get(DONE) !== undefined || !(await exists(archivePath))) return false;
  const { loadImages } = await import('./load/load-images.ts');
  await loadImages(context, createReadStream(archivePath), () => undefined);
  settings.set(DONE, 'loaded');
  return true;
}

async function exists(path: string): Promise<boolean> {
  try {
    await access(path);
    return true;
  } catch (error) {
    if (hasErrorCode(error, 'ENOENT')) return false;
    throw error;
  }
}
