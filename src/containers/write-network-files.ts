import { writeFile } from 'node:fs/promises';
import type { ContainersContext } from './context.ts';
import { linkHosts } from './links.ts';
import { pathsOf } from './paths.ts';
import type { ContainerRecord } from './record.ts';

/** Writes the files that are mounted at /etc/hosts, /etc/hostname and /etc/resolv.conf. The network is prepared. */
export async function writeNetworkFiles(context: ContainersContext, record: ContainerRecord): Promise<void> {
  const { config, hostConfig } = record;
  const files = await context.network.files({
    id: record.id,
    hostname: config.Hostname,
    domainname: config.Domainname,
    extraHosts: [...(hostConfig.ExtraHosts ?? []), ...linkHosts(context, record)],
    dns: hostConfig.Dns ?? [],
    dnsSearch: hostConfig.DnsSearch ?? [],
    dnsOptions: hostConfig.DnsOptions ?? [],
  });
  const paths = pathsOf(context.options, record.id);
  await Promise.all([
    writeFile(paths.hosts, files.hosts),
    writeFile(paths.hostname, files.hostname),
    writeFile(paths.resolvConf, files.resolvConf),
  ]);
}
