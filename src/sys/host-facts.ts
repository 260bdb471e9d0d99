import { existsSync, readdirSync, readFileSync, statfsSync } from 'node:fs';
import { cpus, hostname, machine, release, totalmem } from 'node:os';
import { join } from 'node:path';
import { hasErrorCode } from '../lib/system-error.ts';

/** What the host is and can do; read anew at each call, in about a millisecond. */
export function readHostFacts(dataRoot: string, cgroupVersion: '1' | '2') {
  const os = readOsRelease();
  return {
    hostname: hostname(),
    kernelVersion: release(),
    operatingSystem: os['PRETTY_NAME'] ?? 'Linux',
    osVersion: os['VERSION_ID'] ?? '',
    machine: machine(),
    cpus: cpus().length,
    memoryBytes: totalmem(),
    openFiles: readdirSync('/proc/self/fd').length,
    cgroupVersion,
    cgroupDriver: 'cgroupfs',
    limits: cgroupVersion === '2' ? unifiedLimits() : legacyLimits(),
    ipv4Forwarding: setting('/proc/sys/net/ipv4/ip_forward'),
    bridgeNfIptables: setting('/proc/sys/net/bridge/bridge-nf-call-iptables'),
    bridgeNfIp6tables: setting('/proc/sys/net/bridge/bridge-nf-call-ip6tables'),
    seccomp: existsSync('/proc/sys/kernel/seccomp'),
    apparmor: isApparmorEnabled(),
    backingFilesystem: filesystemName(statfsSync(dataRoot).type),
  };
}

export function isApparmorEnabled(): boolean {
  return readIfThere('/sys/module/apparmor/parameters/enabled').startsWith('Y');
}

/** Whether systemd's journal listens. */
export function hasJournal(): boolean {
  return existsSync('/run/systemd/journal/socket');
}

/** `name=value` lines, the values perhaps in quotes (os-release(5)). */
export function parseOsRelease(text: string): Record<string, string> {
  const lines = text.split('\n').flatMap((line) => {
    const [, name, value] = /^([A-Z0-9_]+)=(.*)$/.exec(line) ?? [];
    return name === undefined || value === undefined ? [] : [[name, value.replace(/^(["'])(.*)\1$/, '$2')] as const];
  });
  return Object.fromEntries(lines);
}

function readOsRelease(): Record<string, string> {
  return parseOsRelease(readIfThere('/etc/os-release') || readIfThere('/usr/lib/os-release'));
}

function unifiedLimits() {
  const controllers = new Set(readIfThere('/sys/fs/cgroup/cgroup.controllers').split(/\s+/));
  return {
    memory: controllers.has('memory'),
    // Only a group below the root has the file; the controller keeps account of swap wherever it can.
    swap: controllers.has('memory') && existsSync('/proc/swaps'),
    kernelMemoryTcp: false,
    oomKillDisable: false,
    cpuCfs: controllers.has('cpu'),
    cpuShares: controllers.has('cpu'),
    cpuSet: controllers.has('cpuset'),
    pids: controllers.has('pids'),
  };
}

function legacyLimits() {
  const has = (controller: string, file: string) => existsSync(join('/sys/fs/cgroup', controller, file));
  return {
    memory: has('memory', 'memory.limit_in_bytes'),
    swap: has('memory', 'memory.memsw.limit_in_bytes'),
    kernelMemoryTcp: has('memory', 'memory.kmem.tcp.limit_in_bytes'),
    oomKillDisable: has('memory', 'memory.oom_control'),
    cpuCfs: has('cpu', 'cpu.cfs_quota_us'),
    cpuShares: has('cpu', 'cpu.shares'),
    cpuSet: has('cpuset', 'cpuset.cpus'),
    pids: existsSync('/sys/fs/cgroup/pids'),
  };
}

function setting(path: string): boolean {
  return readIfThere(path).trim() === '1';
}

/** Docker's names for the magic numbers of statfs(2). */
function filesystemName(type: number): string {
  const names: Readonly<Record<number, string>> = {
    0xef53: 'extfs',
    0x58465342: 'xfs',
    0x9123683e: 'btrfs',
    0x01021994: 'tmpfs',
    0x794c7630: 'overlayfs',
    0x2fc12fc1: 'zfs',
    0xf2f52010: 'f2fs',
  };
  return names[type] ?? '<unknown>';
}

function readIfThere(path: string): string {
  try {
    return readFileSync(path, 'utf8');
  } catch (error) {
    if (hasErrorCode(error, 'ENOENT')) return '';
    throw error;
  }
}
