import { overwriteFile } from '../../networks/files/overwrite-file.ts';
import type { ContainersContext } from '../context.ts';
import { pathsOf } from '../paths.ts';
import type { ContainerRecord } from '../record.ts';
import { linkHosts } from './links.ts';

/** What these files would be now. */
export function networkFiles(
  context: ContainersContext,
  record: ContainerRecord,
): Promise<{ hosts: string; hostname: string; resolvConf: string }> {
  const { config, hostConfig } = record;
  return context.network.files({
    id: record.id,
    hostname: config.Hostname,
    domainname: config.Domainname,
    extraHosts: [...(hostConfig.ExtraHosts ?? []), ...linkHosts(context, record)],
    dns: hostConfig.Dns ?? [],
    dnsSearch: hostConfig.DnsSearch ?? [],
    dnsOptions: hostConfig.DnsOptions ?? [],
  });
}

/** Writes the files that are mounted at /etc/hosts, /etc/hostname and /etc/resolv.conf. The network is prepared. */
export async function writeNetworkFiles(context: ContainersContext, record: ContainerRecord): Promise<void> {
  const files = await networkFiles(context, record);
  const paths = pathsOf(context.options, record.id);
  await Promise.all([
    overwriteFile(paths.hosts, files.hosts),
    overwriteFile(paths.hostname, files.hostname),
    overwriteFile(paths.resolvConf, files.resolvConf),
  ]);
}
