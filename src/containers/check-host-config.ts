import { isIP } from 'node:net';
import type { HostConfig } from '../api-types/host-config.ts';
import { EngineError, invalidArgument } from '../errors/engine-error.ts';
import { containerCapabilities } from '../runtime/spec/capabilities.ts';
import { checkResources } from './check-resources.ts';
import { checkRestartPolicy } from './check-restart-policy.ts';
import type { ContainersOptions } from './context.ts';
import { securityOptionsOf } from './security-options.ts';

/** Values that are wrong whatever is built. @throws invalid_argument or internal, with Docker's texts. */
export function checkHostConfig(host: HostConfig, options: ContainersOptions): void {
  checkModes(host);
  checkRestartPolicy(host.RestartPolicy);
  if (host.AutoRemove && host.RestartPolicy.Name !== 'no') {
    throw invalidArgument("can't create 'AutoRemove' container with restart policy");
  }
  checkResources(host);
  securityOptionsOf(host.SecurityOpt);
  containerCapabilities({
    privileged: false,
    add: host.CapAdd ?? [],
    drop: host.CapDrop ?? [],
    available: new Set(),
  });
  for (const entry of host.ExtraHosts ?? []) checkExtraHost(entry);
  const { Type: driver, Config: logOptions } = host.LogConfig;
  if (driver !== 'json-file' && driver !== 'none') {
    throw invalidArgument(`logger: no log driver named '${driver}' is registered`);
  }
  for (const name of Object.keys(logOptions ?? {})) {
    if (!LOG_OPTIONS.has(name)) throw invalidArgument(`unknown log opt '${name}' for ${driver} log driver`);
  }
  if (!options.ociRuntimes.has(host.Runtime)) {
    throw invalidArgument(`unknown or invalid runtime name: ${host.Runtime}`);
  }
  if (host.Isolation !== '' && host.Isolation !== 'default') {
    throw new EngineError('internal', `Invalid isolation: "${host.Isolation}" - linux only supports 'default'`);
  }
}

const LOG_OPTIONS = new Set(['max-file', 'max-size', 'compress', 'labels', 'labels-regex', 'env', 'env-regex', 'tag']);

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
