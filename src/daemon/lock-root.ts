import { closeSync, ftruncateSync, mkdirSync, openSync, readFileSync, writeSync } from 'node:fs';
import { join } from 'node:path';
import { EngineError } from '../errors/engine-error.ts';
import type { Syscalls } from '../sys/syscalls.ts';

/**
 * Makes the folder and holds it for this process until that ends, however it ends: the kernel lets go of the lock.
 * @throws conflict naming the process that holds it.
 */
export function lockRoot(syscalls: Pick<Syscalls, 'tryLock'>, root: string, title: string): void {
  mkdirSync(root, { recursive: true, mode: 0o711 });
  const path = join(root, 'skiffd.lock');
  const fd = openSync(path, 'a+', 0o600);
  if (!syscalls.tryLock(fd)) {
    closeSync(fd);
    const holder = readFileSync(path, 'utf8').trim();
    throw new EngineError(
      'conflict',
      `the ${title} ${root} is in use by another skiffd (process ${holder || 'unknown'})`,
    );
  }
  ftruncateSync(fd);
  writeSync(fd, `${process.pid}\n`);
}
