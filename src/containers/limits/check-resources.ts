import { availableParallelism } from 'node:os';
import type { HostConfig } from '../../api-types/host-config.ts';
import { invalidArgument } from '../../errors/engine-error.ts';

const MIN_MEMORY_BYTES = 6 * 1024 * 1024;

function refuseIf(condition: boolean, message: string): void {
  if (condition) throw invalidArgument(message);
}

/** Limits that contradict each other or the host. @throws invalid_argument with Docker's texts. */
export function checkResources(host: HostConfig): void {
  checkMemory(host);
  checkCpu(host);
  refuseIf(host.ShmSize < 0, 'SHM size can not be less than 0');
  const { OomScoreAdj: score } = host;
  refuseIf(score < -1000 || score > 1000, `Invalid value ${score}, range for oom score adj is [-1000, 1000]`);
}

function checkMemory(host: HostConfig): void {
  const { Memory: memory, MemorySwap: swap, MemoryReservation: reservation, MemorySwappiness: swappiness } = host;
  refuseIf(memory !== 0 && memory < MIN_MEMORY_BYTES, 'Minimum memory limit allowed is 6MB');
  refuseIf(
    memory > 0 && swap > 0 && swap < memory,
    'Minimum memoryswap limit should be larger than memory limit, see usage',
  );
  refuseIf(memory === 0 && swap > 0, 'You should always set the Memory limit when using Memoryswap limit, see usage');
  refuseIf(
    swappiness !== null && (swappiness < -1 || swappiness > 100),
    `Invalid value: ${swappiness}, valid memory swappiness range is 0-100`,
  );
  refuseIf(reservation !== 0 && reservation < MIN_MEMORY_BYTES, 'Minimum memory reservation allowed is 6MB');
  refuseIf(
    memory > 0 && reservation > 0 && memory < reservation,
    'Minimum memory limit can not be less than memory reservation limit, see usage',
  );
}

function checkCpu(host: HostConfig): void {
  const { NanoCpus: nano, CpuPeriod: period, CpuQuota: quota } = host;
  const cpus = availableParallelism();
  refuseIf(nano > 0 && period > 0, 'Conflicting options: Nano CPUs and CPU Period cannot both be set');
  refuseIf(nano > 0 && quota > 0, 'Conflicting options: Nano CPUs and CPU Quota cannot both be set');
  refuseIf(
    nano < 0 || nano > cpus * 1e9,
    `Range of CPUs is from 0.01 to ${cpus}.00, as there are only ${cpus} CPUs available`,
  );
  refuseIf(
    period !== 0 && (period < 1000 || period > 1_000_000),
    'CPU cfs period can not be less than 1ms (i.e. 1000) or larger than 1s (i.e. 1000000)',
  );
  refuseIf(quota > 0 && quota < 1000, 'CPU cfs quota can not be less than 1ms (i.e. 1000)');
}
