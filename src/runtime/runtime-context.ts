import type { CgroupMigration } from '../sys/cgroups/cgroup-migration.ts';
import type { Cgroups } from '../sys/cgroups/cgroups.ts';
import type { Syscalls } from '../sys/syscalls.ts';
import type { LiveMonitors } from './monitor/live-monitors.ts';
import type { OpenStreams } from './monitor/open-streams.ts';
import type { RuntimePaths } from './paths.ts';
import type { SealedRuntimes } from './sealed-runtimes.ts';
import type { SeccompFilters } from './seccomp-filters.ts';

/** What the verbs of the runtime work with. */
export interface RuntimeContext {
  readonly paths: RuntimePaths;
  readonly syscalls: Syscalls;
  readonly monitors: LiveMonitors;
  readonly streams: OpenStreams;
  readonly sealedRuntimes: SealedRuntimes;
  readonly seccompFilters: SeccompFilters;
  readonly cgroups: Cgroups;
  readonly migration: CgroupMigration;
  readonly cgroupParent: string;
}
