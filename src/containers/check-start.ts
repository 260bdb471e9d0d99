import { isIP } from 'node:net';
import { internalError } from '../errors/engine-error.ts';
import type { ContainersContext } from './context.ts';
import { checkSysctls } from './create/check-sysctls.ts';
import { checkLogging } from './logs/log-options.ts';
import { checkLinks } from './networks/links.ts';
import type { ContainerRecord } from './record.ts';
import { donorReference, networkOwner } from './spec/joined-containers.ts';

/**
 * What Docker finds wrong only when a container starts. Nothing has been made yet.
 * @throws internal with Docker's texts; what `networkOwner` throws.
 */
export function checkStart(context: ContainersContext, record: ContainerRecord): void {
  const { hostConfig: host } = record;
  const [device] = host.DeviceRequests ?? [];
  if (device !== undefined) {
    const capabilities = (device.Capabilities ?? []).map((list) => `[${(list ?? []).join(' ')}]`).join(' ');
    const driver = JSON.stringify(device.Driver);
    throw internalError(`could not select device driver ${driver} with capabilities: [${capabilities}]`);
  }
  for (const server of host.Dns ?? []) {
    if (isIP(server) === 0) {
      throw internalError(`bad nameserver address ${server}: ParseAddr(${JSON.stringify(server)}): unable to parse IP`);
    }
  }
  for (const variable of record.config.Env ?? []) {
    if (!variable.includes('\0')) continue;
    const name = JSON.stringify(variable.split('=', 1)[0]);
    throw internalError(
      `failed to create task for container: invalid environment variable ${name}: value contains nul byte (\\x00)`,
    );
  }
  checkSysctls(host.Sysctls ?? {}, {
    network: networkOwner(context, record).hostConfig.NetworkMode === 'host',
    ipc: sharesHostIpc(context, host.IpcMode),
  });
  checkLinks(context, record);
  checkLogging(record, context.options);
}

function sharesHostIpc({ store }: ContainersContext, mode: string): boolean {
  const reference = donorReference(mode);
  return (reference === undefined ? mode : store.resolve(reference).hostConfig.IpcMode) === 'host';
}
