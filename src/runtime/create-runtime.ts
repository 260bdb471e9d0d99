import { mkdir } from 'node:fs/promises';
import { CgroupMigration } from '../sys/cgroups/cgroup-migration.ts';
import { Cgroups, releaseV2Controllers } from '../sys/cgroups/cgroups.ts';
import type { Syscalls } from '../sys/syscalls.ts';
import { ConmonRuntime } from './conmon-runtime.ts';
import { LiveMonitors } from './monitor/live-monitors.ts';
import { OpenStreams } from './monitor/open-streams.ts';
import { RuntimePaths } from './paths.ts';
import type { Runtime } from './runtime.ts';
import { SealedRuntimes } from './sealed-runtimes.ts';
import { SeccompFilters } from './seccomp-filters.ts';

export interface RuntimeOptions {
  /** On a tmpfs, and this daemon's alone. */
  readonly execRoot: string;
  readonly syscalls: Syscalls;
  /** All containers' cgroups lie below it, and no other daemon's: `/skiff/<tag>`. */
  readonly cgroupParent: string;
  /** Told of what is changed on the host. */
  readonly log: (message: string) => void;
}

/** Prepares the exec root and the host's cgroups; idempotent. */
export async function createRuntime(options: RuntimeOptions): Promise<Runtime> {
  const { execRoot, syscalls, cgroupParent, log } = options;
  const paths = new RuntimePaths(execRoot);
  for (const directory of [paths.containers, paths.ociRoot, paths.temporary]) {
    await mkdir(directory, { recursive: true, mode: 0o711 });
  }
  const cgroups = await Cgroups.detect();
  const mounted = await releaseV2Controllers(cgroups, syscalls);
  for (const controller of mounted) {
    log(`mounted cgroup controller ${controller} as v1: crun does not run where v1 and v2 are mixed and v2 owns one`);
  }
  const streams = new OpenStreams();
  return new ConmonRuntime({
    paths,
    syscalls,
    sealedRuntimes: new SealedRuntimes(syscalls),
    seccompFilters: new SeccompFilters(),
    streams,
    monitors: new LiveMonitors(syscalls, streams),
    cgroups: mounted.length > 0 ? await Cgroups.detect() : cgroups,
    migration: new CgroupMigration(cgroups.hierarchies.unified),
    cgroupParent,
  });
}
