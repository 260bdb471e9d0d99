import { parseByteSize } from '../../../lib/byte-size.ts';
import { parseGoDuration } from '../../../lib/go-duration.ts';
import { parseUnsigned } from '../../../lib/go-numbers.ts';
import type { FlagValues } from '../../flags/flag.ts';
import { bool, integer, list, parsed, parsedList, string } from '../../flags/kinds.ts';
import { parseThrottleDevice, parseWeightDevice } from './block-io.ts';
import { parseGpus } from './gpus.ts';
import { parseMount } from './mount.ts';
import { parseNanoCpus } from './nano-cpus.ts';
import { parseNetwork } from './network.ts';
import { parseUlimit } from './ulimit.ts';
import * as check from './validate.ts';

const bytes = (usage: string, short?: string) =>
  parsed('bytes', usage, parseByteSize, short === undefined ? {} : { short });
const duration = (usage: string) => parsed('duration', usage, parseGoDuration, { defaultText: '0s' });

const CGROUPNS_USAGE = `Cgroup namespace to use (host|private)
'host':    Run the container in the Docker host's cgroup namespace
'private': Run the container in its own private cgroup namespace
'':        Use the cgroup namespace as configured by the
           default-cgroupns-mode option on the daemon (default)`;

/** Who and what the container is. */
const identityFlags = {
  annotation: parsedList('Add an annotation to the container (passed through to the OCI runtime)', check.annotation, {
    type: 'map',
    defaultText: 'map[]',
  }),
  attach: parsedList('Attach to STDIN, STDOUT or STDERR', check.attachTarget, { short: 'a' }),
  cidfile: string('Write the container ID to the file'),
  domainname: string('Container NIS domain name'),
  entrypoint: string('Overwrite the default ENTRYPOINT of the image'),
  env: parsedList('Set environment variables', check.environment, { short: 'e' }),
  'env-file': list('Read in a file of environment variables'),
  'group-add': list('Add additional groups to join'),
  hostname: string('Container host name', { short: 'h' }),
  interactive: bool('Keep STDIN open even if not attached', { short: 'i' }),
  label: parsedList('Set meta data on a container', check.label, { short: 'l' }),
  'label-file': list('Read in a line delimited file of labels'),
  name: string('Assign a name to the container'),
  platform: string('Set platform if server is multi-platform capable', {
    initial: process.env.DOCKER_DEFAULT_PLATFORM ?? '',
  }),
  quiet: bool('Suppress the pull output', { short: 'q' }),
  restart: string('Restart policy to apply when a container exits', { initial: 'no' }),
  rm: bool('Automatically remove the container and its associated anonymous volumes when it exits'),
  'stop-signal': string('Signal to stop the container'),
  'stop-timeout': integer('Timeout (in seconds) to stop a container'),
  tty: bool('Allocate a pseudo-TTY', { short: 't' }),
  user: string('Username or UID (format: <name|uid>[:<group|gid>])', { short: 'u' }),
  workdir: string('Working directory inside the container', { short: 'w' }),
};

const healthFlags = {
  'health-cmd': string('Command to run to check health'),
  'health-interval': duration('Time between running the check (ms|s|m|h)'),
  'health-retries': integer('Consecutive failures needed to report unhealthy'),
  'health-start-interval': duration('Time between running the check during the start period (ms|s|m|h)'),
  'health-start-period': duration(
    'Start period for the container to initialize before starting health-retries countdown (ms|s|m|h)',
  ),
  'health-timeout': duration('Maximum time to allow one check to run (ms|s|m|h)'),
  'no-healthcheck': bool('Disable any container-specified HEALTHCHECK'),
};

const isolationFlags = {
  'cap-add': list('Add Linux capabilities'),
  'cap-drop': list('Drop Linux capabilities'),
  'cgroup-parent': string('Optional parent cgroup for the container'),
  cgroupns: string(CGROUPNS_USAGE),
  device: list('Add a host device to the container'),
  'device-cgroup-rule': parsedList('Add a rule to the cgroup allowed devices list', check.deviceCgroupRule),
  'disable-content-trust': bool('Skip image verification', { initial: true }),
  gpus: parsedList("GPU devices to add to the container ('all' to pass all GPUs)", parseGpus, { type: 'gpu-request' }),
  init: bool('Run an init inside the container that forwards signals and reaps processes'),
  ipc: string('IPC mode to use'),
  isolation: string('Container isolation technology'),
  'log-driver': string('Logging driver for the container'),
  'log-opt': list('Log driver options'),
  'oom-score-adj': integer("Tune host's OOM preferences (-1000 to 1000)"),
  pid: string('PID namespace to use'),
  privileged: bool('Give extended privileges to this container'),
  'read-only': bool("Mount the container's root filesystem as read only"),
  runtime: string('Runtime to use for this container'),
  'security-opt': list('Security Options'),
  sysctl: parsedList('Sysctl options', check.sysctl, { type: 'map', defaultText: 'map[]' }),
  ulimit: parsedList('Ulimit options', parseUlimit, { type: 'ulimit', defaultText: '[]' }),
  userns: string('User namespace to use'),
  uts: string('UTS namespace to use'),
};

const networkFlags = {
  'add-host': parsedList('Add a custom host-to-IP mapping (host:ip)', check.extraHost),
  dns: parsedList('Set custom DNS servers', check.ipAddress),
  'dns-option': list('Set DNS options', { aliases: ['dns-opt'] }),
  'dns-search': parsedList('Set custom DNS search domains', check.dnsSearch),
  expose: list('Expose a port or a range of ports'),
  ip: string('IPv4 address (e.g., 172.30.100.104)'),
  ip6: string('IPv6 address (e.g., 2001:db8::33)'),
  link: parsedList('Add link to another container', check.link),
  'link-local-ip': list('Container IPv4/IPv6 link-local addresses'),
  'mac-address': string('Container MAC address (e.g., 92:d0:c6:0a:29:33)'),
  network: parsedList('Connect a container to a network', parseNetwork, { type: 'network', aliases: ['net'] }),
  'network-alias': list('Add network-scoped alias for the container', { aliases: ['net-alias'] }),
  publish: list("Publish a container's port(s) to the host", { short: 'p' }),
  'publish-all': bool('Publish all exposed ports to random ports', { short: 'P' }),
};

const resourceFlags = {
  'blkio-weight': parsed(
    'uint16',
    'Block IO (relative weight), between 10 and 1000, or 0 to disable',
    (text) => parseUnsigned(text, 16),
    { defaultText: '0' },
  ),
  'blkio-weight-device': parsedList('Block IO weight (relative device weight)', parseWeightDevice, {
    defaultText: '[]',
  }),
  'cpu-period': integer('Limit CPU CFS (Completely Fair Scheduler) period'),
  'cpu-quota': integer('Limit CPU CFS (Completely Fair Scheduler) quota'),
  'cpu-rt-period': integer('Limit CPU real-time period in microseconds'),
  'cpu-rt-runtime': integer('Limit CPU real-time runtime in microseconds'),
  'cpu-shares': integer('CPU shares (relative weight)', { short: 'c' }),
  cpus: parsed('decimal', 'Number of CPUs', parseNanoCpus),
  'cpuset-cpus': string('CPUs in which to allow execution (0-3, 0,1)'),
  'cpuset-mems': string('MEMs in which to allow execution (0-3, 0,1)'),
  'device-read-bps': throttle('Limit read rate (bytes per second) from a device', 'bytes', parseByteSize),
  'device-read-iops': throttle('Limit read rate (IO per second) from a device', 'operations', parseRate),
  'device-write-bps': throttle('Limit write rate (bytes per second) to a device', 'bytes', parseByteSize),
  'device-write-iops': throttle('Limit write rate (IO per second) to a device', 'operations', parseRate),
  'kernel-memory': bytes('Kernel memory limit'),
  memory: bytes('Memory limit', 'm'),
  'memory-reservation': bytes('Memory soft limit'),
  'memory-swap': parsed('bytes', "Swap limit equal to memory plus swap: '-1' to enable unlimited swap", (text) =>
    text === '-1' ? -1 : parseByteSize(text),
  ),
  'memory-swappiness': integer('Tune container memory swappiness (0 to 100)', { defaultText: '-1' }),
  'oom-kill-disable': bool('Disable OOM Killer'),
  'pids-limit': integer('Tune container pids limit (set -1 for unlimited)'),
  'shm-size': bytes('Size of /dev/shm'),
};

const storageFlags = {
  mount: parsedList('Attach a filesystem mount to the container', parseMount, { type: 'mount' }),
  'storage-opt': list('Storage driver options for the container'),
  tmpfs: list('Mount a tmpfs directory'),
  volume: list('Bind mount a volume', { short: 'v' }),
  'volume-driver': string('Optional volume driver for the container'),
  'volumes-from': list('Mount volumes from the specified container(s)'),
};

function throttle(usage: string, unit: 'bytes' | 'operations', parseValue: (text: string) => number) {
  return parsedList(usage, (text) => parseThrottleDevice(text, unit, parseValue), { defaultText: '[]' });
}

function parseRate(text: string): number {
  return parseUnsigned(text, 64);
}

/** The flags that `run` and `create` share. */
export const createFlags = {
  ...identityFlags,
  ...healthFlags,
  ...isolationFlags,
  ...networkFlags,
  ...resourceFlags,
  ...storageFlags,
};

export type CreateFlags = FlagValues<typeof createFlags>;
