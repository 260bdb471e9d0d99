import type { ContainerUpdate } from '../../api-types/container-update.ts';
import type { HostConfig } from '../../api-types/host-config.ts';

/** Limits whose zero means that they stay. */
const NUMBERS = [
  'CpuShares',
  'Memory',
  'NanoCpus',
  'BlkioWeight',
  'CpuPeriod',
  'CpuQuota',
  'CpuRealtimePeriod',
  'CpuRealtimeRuntime',
  'MemoryReservation',
  'MemorySwap',
] as const;
const TEXTS = ['CpusetCpus', 'CpusetMems'] as const;

type Limits = Pick<HostConfig, (typeof NUMBERS)[number] | (typeof TEXTS)[number] | 'PidsLimit'>;

/** The limits that an update asks for, and no others. */
export function limitsIn(update: ContainerUpdate): Partial<Limits> {
  const changes: Partial<Record<keyof Limits, number | string>> = {};
  for (const name of NUMBERS) if (update[name] !== 0) changes[name] = update[name];
  for (const name of TEXTS) if (update[name] !== '') changes[name] = update[name];
  if (update.PidsLimit !== null) changes.PidsLimit = Math.max(0, update.PidsLimit);
  return changes as Partial<Limits>;
}

/** Why these limits do not go with those that a container has, in Docker's words; undefined when they do. */
export function conflictWith(host: HostConfig, limits: Partial<Limits>): string | undefined {
  const { NanoCpus: nano = 0, CpuPeriod: period = 0, CpuQuota: quota = 0, Memory: memory = 0 } = limits;
  const conflict = (what: string, held: string) =>
    `Conflicting options: ${what} cannot be updated as ${held} already been set`;
  if (nano > 0 && host.CpuPeriod > 0) return conflict('Nano CPUs', 'CPU Period has');
  if (nano > 0 && host.CpuQuota > 0) return conflict('Nano CPUs', 'CPU Quota has');
  if (period > 0 && host.NanoCpus > 0) return conflict('CPU Period', 'NanoCPUs has');
  if (quota > 0 && host.NanoCpus > 0) return conflict('CPU Quota', 'NanoCPUs has');
  if (memory > host.MemorySwap && limits.MemorySwap === undefined && memory !== 0) {
    return 'Memory limit should be smaller than already set memoryswap limit, update the memoryswap at the same time';
  }
  return undefined;
}
