import { existsSync, readFileSync } from 'node:fs';
import { join } from 'node:path';
import { hasErrorCode } from '../../lib/system-error.ts';

/** Which limits this host's control groups can set. */
export interface LimitSupport {
  readonly blockIoWeight: boolean;
  readonly blockIoWeightDevice: boolean;
  readonly oomKillDisable: boolean;
  readonly swappiness: boolean;
  readonly realtime: boolean;
  /** Of the host, as the kernel lists them: `0-3,8`. */
  readonly cpus: string;
  readonly memoryNodes: string;
}

const ROOT = '/sys/fs/cgroup';

export function readLimitSupport(cgroupVersion: 1 | 2): LimitSupport {
  return cgroupVersion === 2 ? unified() : legacy();
}

/** With v2 the kernel neither leaves a group without its killer nor lets it have a swappiness of its own. */
function unified(): LimitSupport {
  const io = readIfThere(join(ROOT, 'cgroup.controllers')).split(/\s+/).includes('io');
  return {
    blockIoWeight: io,
    blockIoWeightDevice: io,
    oomKillDisable: false,
    swappiness: false,
    realtime: false,
    cpus: readIfThere(join(ROOT, 'cpuset.cpus.effective')).trim(),
    memoryNodes: readIfThere(join(ROOT, 'cpuset.mems.effective')).trim(),
  };
}

function legacy(): LimitSupport {
  const has = (...path: string[]) => existsSync(join(ROOT, ...path));
  return {
    blockIoWeight: has('blkio', 'blkio.weight'),
    blockIoWeightDevice: has('blkio', 'blkio.weight_device'),
    oomKillDisable: has('memory', 'memory.oom_control'),
    swappiness: has('memory', 'memory.swappiness'),
    realtime: has('cpu', 'cpu.rt_runtime_us'),
    cpus: readIfThere(join(ROOT, 'cpuset', 'cpuset.cpus')).trim(),
    memoryNodes: readIfThere(join(ROOT, 'cpuset', 'cpuset.mems')).trim(),
  };
}

function readIfThere(path: string): string {
  try {
    return readFileSync(path, 'utf8');
  } catch (error) {
    if (hasErrorCode(error, 'ENOENT')) return '';
    throw error;
  }
}
