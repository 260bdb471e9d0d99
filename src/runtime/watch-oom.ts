import { existsSync, watch } from 'node:fs';
import { basename } from 'node:path';
import type { MonitorPaths } from './paths.ts';

/** See `Runtime.onOutOfMemory`. The monitor leaves a file when the kernel tells it. */
export function watchOom(paths: MonitorPaths, callback: () => void): () => void {
  const name = basename(paths.oom);
  const watcher = watch(paths.directory, { persistent: false }, (_event, changed) => {
    if (changed === name) tell();
  });
  // The folder went with the container: there is nothing to be told any more.
  watcher.on('error', () => watcher.close());
  const tell = () => {
    watcher.close();
    callback();
  };
  if (existsSync(paths.oom)) tell();
  return () => watcher.close();
}
