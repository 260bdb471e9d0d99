import { isIP } from 'node:net';
import { posix } from 'node:path';
import type { HostConfig } from '../../api-types/host-config.ts';
import { EngineError, internalError, invalidArgument } from '../../errors/engine-error.ts';
import { containerCapabilities } from '../../runtime/spec/capabilities.ts';
import { checkProc } from '../../runtime/spec/check-proc.ts';
import type { ContainersOptions } from '../context.ts';
import { checkResources } from '../limits/check-resources.ts';
import { checkLogConfig } from '../logs/log-options.ts';
import { cleanPath } from '../mounts/resolve-mounts.ts';
import { checkPortBindings } from '../networks/port-requests.ts';
import { checkRestartPolicy } from '../restart-policy/check-restart-policy.ts';
import { securityOptionsOf } from '../spec/security-options.ts';

/** Values that are wrong whatever is built. @throws invalid_argument or internal, with Docker's texts. */
export function checkHostConfig(host: HostConfig, options: ContainersOptions): void {
  checkModes(host);
  checkRestartPolicy(host.RestartPolicy);
  if (host.AutoRemove && host.RestartPolicy.Name !== 'no') {
    throw invalidArgument("can't create 'AutoRemove' container with restart policy");
  }
  checkResources(host);
  checkConfinement(host, options);
  containerCapabilities({
    privileged: false,
    add: host.CapAdd ?? [],
    drop: host.CapDrop ?? [],
    available: new Set(),
  });
  for (const entry of host.ExtraHosts ?? []) checkExtraHost(entry);
  checkLogConfig(host.LogConfig);
  checkTmpfs(host);
  checkPortBindings(host);
  checkStorage(host);
  if (Object.hasOwn(host.Annotations ?? {}, '')) {
    throw invalidArgument('invalid Annotations: the empty string is not permitted as an annotation key');
  }
  if (!options.ociRuntimes.has(host.Runtime)) {
    throw invalidArgument(`unknown or invalid runtime name: ${host.Runtime}`);
  }
  if (host.Isolation !== '' && host.Isolation !== 'default') {
    throw new EngineError('internal', `Invalid isolation: "${host.Isolation}" - linux only supports 'default'`);
  }
}

function checkTmpfs({ Tmpfs: places }: HostConfig): void {
  for (const place of Object.keys(places ?? {})) {
    if (!posix.isAbsolute(place)) throw invalidArgument(`invalid mount path: '${place}' mount path must be absolute`);
    if (posix.normalize(place) === '/') throw invalidArgument("invalid specification: destination can't be '/'");
    checkProc(cleanPath(place));
  }
}

/** Layers on overlayfs have no size of their own. */
function checkStorage({ StorageOpt: options }: HostConfig): void {
  for (const name of Object.keys(options ?? {})) {
    if (name.toLowerCase() !== 'size') throw internalError(`Unknown option ${name}`);
    throw internalError("--storage-opt is supported only for overlay over xfs with 'pquota' mount option");
  }
}

function checkModes(host: HostConfig): void {
  const { PidMode: pid, IpcMode: ipc, UTSMode: uts, CgroupnsMode: cgroup, NetworkMode: network } = host;
  if (pid !== '' && pid !== 'host' && !/^container:.+/.test(pid)) throw invalidArgument(`invalid PID mode: ${pid}`);
  if (!/^(?:none|private|shareable|host|container:.+)$/.test(ipc)) throw invalidArgument(`invalid IPC mode: ${ipc}`);
  if (uts !== '' && uts !== 'host') throw invalidArgument(`invalid UTS mode: ${uts}`);
  if (cgroup !== 'host' && cgroup !== 'private') throw invalidArgument(`invalid cgroup namespace mode: ${cgroup}`);
  if (network === 'container:') {
    throw invalidArgument('Invalid network mode: invalid container format container:<name|id>');
  }
}

/** `name:address`, where `host-gateway` stands for the host's own. */
function checkExtraHost(entry: string): void {
  const [, name, address] = /^([^:]+):(.+)$/s.exec(entry) ?? [];
  if (name === undefined || address === undefined) throw invalidArgument(`bad format for add-host: "${entry}"`);
  if (address !== 'host-gateway' && isIP(address.replace(/^\[(.*)\]$/, '$1')) === 0) {
    throw invalidArgument(`invalid IP address in add-host: "${address}"`);
  }
}

/** @throws invalid_argument for a profile of AppArmor on a host without it: the container would run unconfined. */
function checkConfinement(host: HostConfig, { apparmor }: ContainersOptions): void {
  const { apparmorProfile } = securityOptionsOf(host.SecurityOpt);
  if (apparmorProfile !== undefined && !apparmor) {
    throw invalidArgument(`apparmor profile "${apparmorProfile}" cannot be set: AppArmor is not enabled on this host`);
  }
}
