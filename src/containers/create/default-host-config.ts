import type { HostConfig } from '../../api-types/host-config.ts';
import { MASKED_PATHS, READONLY_PATHS } from '../../runtime/spec/paths-hidden.ts';
import type { ContainersOptions } from '../context.ts';

const DEFAULT_SHM_BYTES = 64 * 1024 * 1024;

/** Fills in what was left open, as Docker's inspect shows it. */
export function defaultHostConfig(given: HostConfig, options: ContainersOptions): HostConfig {
  const { NetworkMode: network, RestartPolicy: restart, LogConfig: log, Memory: memory, MemorySwap: swap } = given;
  return {
    ...given,
    LogConfig: logConfig(log, options.defaultLog),
    NetworkMode: network === '' || network === 'default' ? 'bridge' : network,
    RestartPolicy: { ...restart, Name: restart.Name || 'no' },
    CgroupnsMode: given.CgroupnsMode || (given.Privileged || options.cgroupVersion === 1 ? 'host' : 'private'),
    IpcMode: given.IpcMode || 'private',
    SecurityOpt: given.SecurityOpt ?? (seesHostProcesses(given) ? ['label=disable'] : null),
    ShmSize: given.ShmSize || DEFAULT_SHM_BYTES,
    Runtime: given.Runtime || options.defaultRuntime,
    MemorySwap: memory > 0 && swap === 0 ? memory * 2 : swap,
    MemorySwappiness: given.MemorySwappiness === -1 ? null : given.MemorySwappiness,
    OomKillDisable: given.OomKillDisable ?? false,
    PidsLimit: given.PidsLimit === null || given.PidsLimit <= 0 ? null : given.PidsLimit,
    MaskedPaths: given.Privileged ? null : (given.MaskedPaths ?? [...MASKED_PATHS]),
    ReadonlyPaths: given.Privileged ? null : (given.ReadonlyPaths ?? [...READONLY_PATHS]),
  };
}

function seesHostProcesses({ IpcMode: ipc, PidMode: pid, Privileged: privileged }: HostConfig): boolean {
  return ipc === 'host' || pid === 'host' || privileged;
}

/** The default options are those of the default driver: a container with another driver starts without any. */
function logConfig(given: HostConfig['LogConfig'], defaults: ContainersOptions['defaultLog']): HostConfig['LogConfig'] {
  const driver = given.Type || defaults.driver;
  return { Type: driver, Config: { ...(driver === defaults.driver ? defaults.options : {}), ...given.Config } };
}
