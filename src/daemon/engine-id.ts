import { randomUUID } from 'node:crypto';
import { readFileSync, renameSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { hasErrorCode } from '../lib/system-error.ts';

/** The engine's identity in `/info`: made once per data root. */
export function engineId(dataRoot: string): string {
  const path = join(dataRoot, 'engine-id');
  try {
    return readFileSync(path, 'utf8').trim();
  } catch (error) {
    if (!hasErrorCode(error, 'ENOENT')) throw error;
  }
  const id = randomUUID();
  writeFileSync(`${path}.new`, id);
  renameSync(`${path}.new`, path);
  return id;
}
