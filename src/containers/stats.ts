import type { ContainerStats, CpuStats } from '../api-types/container-stats.ts';
import type { ContainerId } from '../lib/ids.ts';
import { jsonInteger } from '../lib/json-integer.ts';
import { formatNs, nowNs } from '../lib/timestamps.ts';
import type { ContainerUsage } from '../runtime/runtime.ts';
import type { ContainersContext } from './context.ts';
import { isRunning, ZERO_TIME } from './record.ts';
import { memoryFields } from './stats/memory-fields.ts';
import type { SharedSamplers } from './stats/shared-samplers.ts';

export interface StatsOptions {
  /** One answer after another; otherwise one. */
  readonly stream: boolean;
  /** At once, without a sample before it to compare with. */
  readonly oneShot: boolean;
  /** Ends the stream without an error. */
  readonly signal: AbortSignal;
}

/** A moment of a container; `usage` is undefined while it does not run. */
export interface StatsSample {
  readonly read: string;
  readonly usage: ContainerUsage | undefined;
}

/**
 * What a container uses. A stream goes on while the container is stopped, with zeros, and ends when it is removed.
 * @throws not_found.
 */
export function readContainerStats(
  context: ContainersContext,
  samplers: SharedSamplers<StatsSample>,
  ref: string,
  options: StatsOptions,
): AsyncIterable<ContainerStats> {
  const { id } = context.store.resolve(ref);
  return answers(context, samplers, id, options);
}

async function* answers(
  context: ContainersContext,
  samplers: SharedSamplers<StatsSample>,
  id: ContainerId,
  { stream, oneShot, signal }: StatsOptions,
): AsyncGenerator<ContainerStats> {
  const { status } = context.store.get(id).state;
  const stands = status !== 'running' && status !== 'paused';
  if (oneShot || (stands && !stream)) {
    const sample = await takeSample(context, id);
    if (sample !== undefined) yield describe(context, id, sample, undefined);
    return;
  }
  let previous: StatsSample | undefined;
  for await (const sample of samplers.watch(id, signal)) {
    if (!context.store.has(id)) return;
    // The only answer has a sample before it, so that shares of time can be told.
    const isPrimer = !stream && previous === undefined;
    if (!isPrimer) yield describe(context, id, sample, previous);
    if (!isPrimer && !stream) return;
    previous = sample;
  }
}

/** Undefined when the container is gone. */
export async function takeSample(
  { store, runtime }: ContainersContext,
  id: ContainerId,
): Promise<StatsSample | undefined> {
  if (!store.has(id)) return undefined;
  const record = store.get(id);
  const runs = isRunning(record) && record.state.status !== 'restarting';
  const usage = runs ? await runtime.usage(id, { network: record.hostConfig.NetworkMode !== 'host' }) : undefined;
  return { read: usage === undefined ? ZERO_TIME : formatNs(nowNs()), usage };
}

function describe(
  { store }: ContainersContext,
  id: ContainerId,
  { read, usage }: StatsSample,
  previous: StatsSample | undefined,
): ContainerStats {
  return {
    read,
    preread: previous?.read ?? ZERO_TIME,
    pids_stats: usage === undefined ? {} : pidsStats(usage),
    blkio_stats: blockIoStats(usage),
    num_procs: 0,
    storage_stats: {},
    cpu_stats: cpuStats(usage),
    precpu_stats: cpuStats(previous?.usage),
    memory_stats: usage === undefined ? {} : memoryStats(usage),
    name: `/${store.get(id).name}`,
    id,
    ...(usage === undefined || usage.interfaces.size === 0 ? {} : { networks: networkStats(usage) }),
  };
}

function pidsStats({ pids }: ContainerUsage): ContainerStats['pids_stats'] {
  return {
    ...(pids.current === 0 ? {} : { current: pids.current }),
    ...(pids.limit === 0n ? {} : { limit: exact(pids.limit) }),
  };
}

function blockIoStats(usage: ContainerUsage | undefined): ContainerStats['blkio_stats'] {
  const entries = (list: ContainerUsage['bytes'] | undefined) =>
    list?.map(({ major, minor, operation, value }) => ({ major, minor, op: operation, value })) ?? null;
  // Version 1 has lists, be they empty; version 2 knows bytes alone.
  const rest = usage?.operations === undefined ? null : [];
  const bytes = entries(usage?.bytes);
  return {
    io_service_bytes_recursive: bytes?.length === 0 ? rest : bytes,
    io_serviced_recursive: entries(usage?.operations),
    io_queue_recursive: rest,
    io_service_time_recursive: rest,
    io_wait_time_recursive: rest,
    io_merged_recursive: rest,
    io_time_recursive: rest,
    sectors_recursive: rest,
  };
}

function cpuStats(usage: ContainerUsage | undefined): CpuStats {
  const { cpu, system } = usage ?? {};
  return {
    cpu_usage: {
      total_usage: cpu?.totalNs ?? 0,
      ...(cpu?.perCpuNs === undefined || cpu.perCpuNs.length === 0 ? {} : { percpu_usage: cpu.perCpuNs }),
      usage_in_kernelmode: cpu?.kernelNs ?? 0,
      usage_in_usermode: cpu?.userNs ?? 0,
    },
    ...(system === undefined ? {} : { system_cpu_usage: system.totalNs, online_cpus: system.cpus }),
    throttling_data: {
      periods: cpu?.periods ?? 0,
      throttled_periods: cpu?.throttledPeriods ?? 0,
      throttled_time: cpu?.throttledNs ?? 0,
    },
  };
}

function memoryStats({ memory }: ContainerUsage): ContainerStats['memory_stats'] {
  const stats = memoryFields(memory.fields).map(([name, value]) => [name, exact(value)]);
  return {
    usage: memory.usageBytes,
    ...(memory.maxUsageBytes === undefined ? {} : { max_usage: memory.maxUsageBytes }),
    stats: Object.fromEntries(stats),
    ...(memory.failures === 0 ? {} : { failcnt: memory.failures }),
    limit: memory.limitBytes,
  };
}

function networkStats({ interfaces }: ContainerUsage): NonNullable<ContainerStats['networks']> {
  const entries = [...interfaces].map(([name, { received, sent }]) => {
    const { bytes, packets, errors, dropped } = received;
    const rx = { rx_bytes: bytes, rx_packets: packets, rx_errors: errors, rx_dropped: dropped };
    const tx = { tx_bytes: sent.bytes, tx_packets: sent.packets, tx_errors: sent.errors, tx_dropped: sent.dropped };
    return [name, { ...rx, ...tx }] as const;
  });
  return Object.fromEntries(entries);
}

/** Limits that mean none are larger than what a number holds exactly. */
function exact(value: bigint): number | object {
  return value > BigInt(Number.MAX_SAFE_INTEGER) ? jsonInteger(value) : Number(value);
}
