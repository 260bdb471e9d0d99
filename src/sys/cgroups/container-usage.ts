import { readFile } from 'node:fs/promises';
import { totalmem } from 'node:os';
import { basename, join } from 'node:path';
import { hasErrorCode } from '../../lib/system-error.ts';
import type { CgroupHierarchies } from './cgroup-hierarchies.ts';
import {
  type InterfaceUsage,
  type IoUsage,
  parseFields,
  parseInterfaces,
  parseIoStat,
  parseSystemCpu,
  parseThrottleStat,
} from './parse-usage.ts';

/** Of the counters that Linux shows to programs, on every architecture (`USER_HZ`). */
const NS_PER_TICK = 10_000_000;
const UNLIMITED = 2n ** 64n - 1n;

/** What a control group has used until now. Fields that only one version of control groups has are optional. */
export interface ContainerUsage {
  readonly cpu: {
    readonly totalNs: number;
    readonly perCpuNs?: readonly number[];
    readonly kernelNs: number;
    readonly userNs: number;
    readonly periods: number;
    readonly throttledPeriods: number;
    readonly throttledNs: number;
  };
  /** Of the whole host, read close to the container's. */
  readonly system: { readonly totalNs: number; readonly cpus: number };
  readonly memory: {
    readonly usageBytes: number;
    readonly maxUsageBytes?: number;
    /** The host's memory when there is no smaller limit. */
    readonly limitBytes: number;
    readonly failures: number;
    readonly fields: ReadonlyMap<string, bigint>;
  };
  readonly pids: { readonly current: number; readonly limit: bigint };
  readonly bytes: readonly IoUsage[];
  /** Undefined with version 2. */
  readonly operations?: readonly IoUsage[];
  readonly interfaces: ReadonlyMap<string, InterfaceUsage>;
}

/** Files that are not there, such as those of a controller that is off, count as nothing used. */
export async function readContainerUsage(
  hierarchies: CgroupHierarchies,
  path: string,
  pid: number | undefined,
): Promise<ContainerUsage> {
  const [own, system, devices] = await Promise.all([
    hierarchies.mode === 'v2' ? unified(path, hierarchies.unified ?? '') : legacy(path, hierarchies.roots),
    readFile('/proc/stat', 'latin1'),
    pid === undefined ? '' : readIfThere(`/proc/${pid}/net/dev`),
  ]);
  return { ...own, system: parseSystemCpu(system, NS_PER_TICK), interfaces: parseInterfaces(devices) };
}

type OwnUsage = Omit<ContainerUsage, 'system' | 'interfaces'>;

async function unified(path: string, root: string): Promise<OwnUsage> {
  const read = (file: string) => readIfThere(join(root, path, file));
  const [cpuText, memoryText, usage, limit, events, io, pids, pidsLimit] = await Promise.all(
    [
      'cpu.stat',
      'memory.stat',
      'memory.current',
      'memory.max',
      'memory.events',
      'io.stat',
      'pids.current',
      'pids.max',
    ].map(read),
  );
  const cpu = parseFields(cpuText ?? '');
  const ns = (name: string) => Number(cpu.get(name) ?? 0n) * 1000;
  return {
    cpu: {
      totalNs: ns('usage_usec'),
      kernelNs: ns('system_usec'),
      userNs: ns('user_usec'),
      periods: Number(cpu.get('nr_periods') ?? 0n),
      throttledPeriods: Number(cpu.get('nr_throttled') ?? 0n),
      throttledNs: ns('throttled_usec'),
    },
    memory: {
      usageBytes: Number(usage),
      limitBytes: memoryLimit(limit),
      failures: Number(parseFields(events ?? '').get('oom') ?? 0n),
      fields: parseFields(memoryText ?? ''),
    },
    pids: { current: Number(pids), limit: pidsLimit?.trim() === 'max' ? UNLIMITED : BigInt(pidsLimit ?? '') },
    bytes: parseIoStat(io ?? ''),
  };
}

async function legacy(path: string, roots: readonly string[]): Promise<OwnUsage> {
  const read = (controller: string, file: string) => {
    const root = roots.find((one) => basename(one).split(',').includes(controller));
    return root === undefined ? Promise.resolve('') : readIfThere(join(root, path, `${controller}.${file}`));
  };
  const [total, perCpu, times, throttling] = await Promise.all([
    read('cpuacct', 'usage'),
    read('cpuacct', 'usage_percpu'),
    read('cpuacct', 'stat').then(parseFields),
    read('cpu', 'stat').then(parseFields),
  ]);
  const [usage, maxUsage, limit, failures, fields] = await Promise.all([
    read('memory', 'usage_in_bytes'),
    read('memory', 'max_usage_in_bytes'),
    read('memory', 'limit_in_bytes'),
    read('memory', 'failcnt'),
    read('memory', 'stat').then(parseFields),
  ]);
  const [pids, pidsLimit, bytes, operations] = await Promise.all([
    read('pids', 'current'),
    read('pids', 'max'),
    read('blkio', 'throttle.io_service_bytes_recursive'),
    read('blkio', 'throttle.io_serviced_recursive'),
  ]);
  return {
    cpu: {
      totalNs: Number(total),
      perCpuNs: perCpu.split(/\s+/).filter(Boolean).map(Number),
      kernelNs: Number(times.get('system') ?? 0n) * NS_PER_TICK,
      userNs: Number(times.get('user') ?? 0n) * NS_PER_TICK,
      periods: Number(throttling.get('nr_periods') ?? 0n),
      throttledPeriods: Number(throttling.get('nr_throttled') ?? 0n),
      throttledNs: Number(throttling.get('throttled_time') ?? 0n),
    },
    memory: {
      usageBytes: Number(usage),
      maxUsageBytes: Number(maxUsage),
      limitBytes: memoryLimit(limit),
      failures: Number(failures),
      fields,
    },
    pids: { current: Number(pids), limit: pidsLimit.trim() === 'max' ? 0n : BigInt(pidsLimit) },
    bytes: parseThrottleStat(bytes),
    operations: parseThrottleStat(operations),
  };
}

function memoryLimit(text: string | undefined): number {
  const limit = Number(text);
  return Number.isFinite(limit) && limit > 0 ? Math.min(limit, totalmem()) : totalmem();
}

async function readIfThere(path: string): Promise<string> {
  try {
    return await readFile(path, 'latin1');
  } catch (error) {
    // The container may end, and a controller may be off.
    if (hasErrorCode(error, 'ENOENT', 'ENODEV', 'ESRCH', 'EINVAL', 'EOPNOTSUPP')) return '';
    throw error;
  }
}
