import type { HostConfig } from '../../api-types/host-config.ts';
import { EngineError } from '../../errors/engine-error.ts';
import type { BlockIoOptions } from '../../runtime/spec/block-io.ts';

const CPU_PERIOD_US = 100_000;

/** The limits of a container in the form of the OCI specification; what is not limited is left out. */
export function resourcesOf(host: HostConfig): object {
  if (host.CpuShares < 0) throw new EngineError('internal', 'shares: invalid argument');
  const memory = memoryOf(host);
  const cpu = cpuOf(host);
  return {
    ...(Object.keys(memory).length === 0 ? {} : { memory }),
    ...(Object.keys(cpu).length === 0 ? {} : { cpu }),
    ...(host.PidsLimit === null ? {} : { pids: { limit: host.PidsLimit } }),
  };
}

function memoryOf(host: HostConfig): object {
  return {
    ...(host.Memory > 0 ? { limit: host.Memory } : {}),
    ...(host.MemoryReservation > 0 ? { reservation: host.MemoryReservation } : {}),
    ...(host.MemorySwap === 0 ? {} : { swap: host.MemorySwap }),
    ...(host.MemorySwappiness === null ? {} : { swappiness: host.MemorySwappiness }),
    ...(host.OomKillDisable === true ? { disableOOMKiller: true } : {}),
  };
}

function cpuOf(host: HostConfig): object {
  const nano = host.NanoCpus > 0;
  return {
    ...(host.CpuShares > 0 ? { shares: host.CpuShares } : {}),
    ...(nano
      ? { period: CPU_PERIOD_US, quota: Math.round((host.NanoCpus * CPU_PERIOD_US) / 1e9) }
      : {
          ...(host.CpuPeriod === 0 ? {} : { period: host.CpuPeriod }),
          // Any number below zero is no limit.
          ...(host.CpuQuota === 0 ? {} : { quota: Math.max(host.CpuQuota, -1) }),
        }),
    ...(host.CpuRealtimePeriod === 0 ? {} : { realtimePeriod: host.CpuRealtimePeriod }),
    ...(host.CpuRealtimeRuntime === 0 ? {} : { realtimeRuntime: host.CpuRealtimeRuntime }),
    ...(host.CpusetCpus === '' ? {} : { cpus: host.CpusetCpus }),
    ...(host.CpusetMems === '' ? {} : { mems: host.CpusetMems }),
  };
}

/** Limits of block devices: what they name is looked up when the container starts. */
export function blockIoOf(host: HostConfig): BlockIoOptions {
  const rates = (devices: HostConfig['BlkioDeviceReadBps']) =>
    (devices ?? []).map(({ Path: path, Rate: rate }) => ({ path, rate }));
  return {
    weight: host.BlkioWeight,
    weightDevices: (host.BlkioWeightDevice ?? []).map(({ Path: path, Weight: weight }) => ({ path, weight })),
    readBps: rates(host.BlkioDeviceReadBps),
    writeBps: rates(host.BlkioDeviceWriteBps),
    readIops: rates(host.BlkioDeviceReadIOps),
    writeIops: rates(host.BlkioDeviceWriteIOps),
  };
}
