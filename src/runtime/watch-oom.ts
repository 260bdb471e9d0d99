import { existsSync, watch } from 'node:fs';
import { basename } from 'node:path';
import type { ContainerId } from '../lib/ids.ts';
import { watchMemoryKills } from '../sys/cgroups/memory-kills.ts';
import { readRecord } from './monitor/monitor-record.ts';
import type { MonitorPaths } from './paths.ts';
import type { RuntimeContext } from './runtime-context.ts';

/**
 * See `Runtime.onOutOfMemory`. The monitor leaves a file when the kernel tells it; with version 2 of control groups it
 * stops looking at the first sign of pressure, until the container ends, so that the kernel is asked here as well.
 */
export function watchOom({ paths, cgroups }: RuntimeContext, id: ContainerId, callback: () => void): () => void {
  let ended = false;
  const ends: (() => void)[] = [];
  const end = () => {
    ended = true;
    for (const one of ends) one();
  };
  const tell = () => {
    if (ended) return;
    end();
    callback();
  };
  ends.push(watchMonitor(paths.container(id), tell));
  if (cgroups.version === '2') {
    const cgroup = cgroupOf(paths.container(id));
    if (cgroup !== undefined) ends.push(watchMemoryKills(cgroups.hierarchies, cgroup, tell));
  }
  return end;
}

/** Without it the container's end is the first that is told. */
function cgroupOf(paths: MonitorPaths): string | undefined {
  try {
    return readRecord(paths)?.cgroupsPath;
  } catch {
    return undefined;
  }
}

function watchMonitor({ directory, oom }: MonitorPaths, tell: () => void): () => void {
  const name = basename(oom);
  const watcher = watch(directory, { persistent: false }, (_event, changed) => {
    if (changed === name) tell();
  });
  // The folder went with the container: there is nothing to be told any more.
  watcher.on('error', () => watcher.close());
  // After the caller has what ends it.
  if (existsSync(oom)) queueMicrotask(tell);
  return () => watcher.close();
}
