import type { HostConfig } from '../../api-types/host-config.ts';
import { EngineError, invalidArgument } from '../../errors/engine-error.ts';
import { parseNumberList } from '../../lib/number-list.ts';
import type { LimitSupport } from '../context.ts';

export interface AdjustedLimits {
  readonly hostConfig: HostConfig;
  readonly warnings: readonly string[];
}

/**
 * Limits against what this host can set: Docker leaves some of those it cannot set out and says so, and refuses others.
 * @throws invalid_argument or internal, with Docker's texts.
 */
export function adjustLimits(host: HostConfig, support: LimitSupport): AdjustedLimits {
  refuseImpossible(host, support);
  const warnings: string[] = [];
  const changes: Partial<HostConfig> = {};
  const discard = (change: Partial<HostConfig>, warning: string) => {
    Object.assign(changes, change);
    warnings.push(warning);
  };
  if (host.MemorySwappiness !== null && !support.swappiness) {
    discard(
      { MemorySwappiness: null },
      `${unsupported('memory swappiness capabilities')} Memory swappiness discarded.`,
    );
  }
  if (!support.oomKillDisable) {
    changes.OomKillDisable = null;
    if (host.OomKillDisable === true) {
      warnings.push('Your kernel does not support OomKillDisable. OomKillDisable discarded.');
    }
  } else if (host.OomKillDisable === true && host.Memory === 0) {
    warnings.push(
      'OOM killer is disabled for the container, but no memory limit is set, this can result in the system running out of resources.',
    );
  }
  if (host.CpuPercent > 0) discard({ CpuPercent: 0 }, 'linux does not support CPU percent. Percent discarded.');
  if (host.BlkioWeight > 0 && !support.blockIoWeight) {
    discard({ BlkioWeight: 0 }, `${unsupported('Block I/O weight')} Weight discarded.`);
  } else if (host.BlkioWeight > 0 && (host.BlkioWeight < 10 || host.BlkioWeight > 1000)) {
    throw invalidArgument('Range of blkio weight is from 10 to 1000');
  }
  if ((host.BlkioWeightDevice ?? []).length > 0 && !support.blockIoWeightDevice) {
    discard({ BlkioWeightDevice: [] }, `${unsupported('Block I/O weight_device')} Weight-device discarded.`);
  }
  return { hostConfig: { ...host, ...changes }, warnings };
}

function unsupported(what: string): string {
  return `Your kernel does not support ${what} or the cgroup is not mounted.`;
}

function refuseImpossible(host: HostConfig, support: LimitSupport): void {
  const { CpuRealtimePeriod: period, CpuRealtimeRuntime: runtime } = host;
  if (host.IOMaximumBandwidth > 0) throw invalidQuality('bandwidth');
  if (host.IOMaximumIOps > 0) throw invalidQuality('IOPs');
  if (period > 0 && !support.realtime) throw unavailable('Your kernel does not support CPU real-time period');
  if (runtime > 0 && !support.realtime) throw unavailable('Your kernel does not support CPU real-time runtime');
  if (period !== 0 && runtime !== 0 && runtime > period) {
    throw unavailable('cpu real-time runtime cannot be higher than cpu real-time period');
  }
  checkList(host.CpusetCpus, support.cpus, 'cpus', 'CPUs');
  checkList(host.CpusetMems, support.memoryNodes, 'mems', 'memory nodes');
}

function invalidQuality(what: string): EngineError {
  return unavailable(`Invalid QoS settings: linux does not support configuration of maximum ${what}`);
}

function unavailable(message: string): EngineError {
  return new EngineError('internal', message);
}

function checkList(wanted: string, available: string, name: string, what: string): void {
  const numbers = parseNumberList(wanted);
  if (numbers === undefined)
    throw invalidArgument(`Invalid value ${wanted} for cpuset ${name}: invalid format: ${wanted}`);
  const known = parseNumberList(available);
  for (const number of numbers) {
    if (known?.has(number) === true) continue;
    throw invalidArgument(`Requested ${what} are not available - requested ${wanted}, available: ${available}`);
  }
}
