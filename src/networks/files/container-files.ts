import { readFile } from 'node:fs/promises';
import { hasErrorCode } from '../../lib/system-error.ts';
import type { PlacedEndpoint } from '../addresses/choose-gateways.ts';
import type { FilesRequest } from '../container-network.ts';
import { hasResolver } from '../predefined.ts';
import { renderHosts } from './hosts-file.ts';
import {
  type DnsOverrides,
  type NameService,
  namesOnlySystemdStub,
  renderResolvConf,
  serversOf,
} from './resolv-conf.ts';

/** The host's own files that containers' are made from. */
export interface HostFiles {
  readonly hosts: string;
  readonly resolvConf: string;
  /** systemd-resolved keeps the real servers here when `resolvConf` names its stub on loopback only. */
  readonly systemdResolvConf: string;
}

export const defaultHostFiles: HostFiles = {
  hosts: '/etc/hosts',
  resolvConf: '/etc/resolv.conf',
  systemdResolvConf: '/run/systemd/resolve/resolv.conf',
};

/** What the daemon knows besides the request. */
export interface FilesContext {
  readonly host: HostFiles;
  /** The daemon's `--dns`, `--dns-search` and `--dns-opt`, for containers that set none. */
  readonly dns: DnsOverrides;
  /** The container's endpoints, in the order of their connecting. */
  readonly endpoints: readonly PlacedEndpoint[];
  /** What `host-gateway` stands for. */
  readonly hostGateway: string;
}

/** Content of /etc/hosts, /etc/hostname and /etc/resolv.conf. @throws invalid_argument for a malformed extra host. */
export async function containerFiles(
  request: FilesRequest,
  context: FilesContext,
): Promise<{ hosts: string; hostname: string; resolvConf: string }> {
  const [hosts, resolvConf] = await Promise.all([hostsOf(request, context), resolvConfOf(request, context)]);
  return { hosts, hostname: `${request.hostname}\n`, resolvConf };
}

/** In host mode without further hosts, the container sees the host's file as it is. */
async function hostsOf(request: FilesRequest, context: FilesContext): Promise<string> {
  const { host, endpoints, hostGateway } = context;
  const { extraHosts, hostname, domainname } = request;
  if (isOnHost(context) && extraHosts.length === 0) {
    const text = await readIfThere(host.hosts);
    if (text !== undefined) return text;
  }
  const addresses = endpoints
    .flatMap(({ record }) => [record.ipv4Address, record.ipv6Address])
    .filter((address) => address !== '');
  return renderHosts({ extraHosts, hostGateway, own: { addresses, hostname, domainname } });
}

function isOnHost({ endpoints }: FilesContext): boolean {
  return endpoints.some(({ network }) => network.driver === 'host');
}

function nameServiceOf(context: FilesContext): NameService {
  if (isOnHost(context)) return 'host';
  return context.endpoints.some(({ network }) => hasResolver(network)) ? 'internal' : 'direct';
}

async function resolvConfOf(request: FilesRequest, context: FilesContext): Promise<string> {
  const { host, dns } = context;
  const source = await hostResolvConf(host);
  const overrides: DnsOverrides = {
    servers: request.dns.length > 0 ? request.dns : dns.servers,
    search: request.dnsSearch.length > 0 ? request.dnsSearch : dns.search,
    options: request.dnsOptions.length > 0 ? request.dnsOptions : dns.options,
  };
  return renderResolvConf(source, overrides, nameServiceOf(context));
}

/** The host's servers for names that are no container's. */
export async function hostServers(host: HostFiles): Promise<readonly string[]> {
  return serversOf((await readIfThere(host.resolvConf)) ?? '');
}

async function hostResolvConf(host: HostFiles): Promise<{ path: string; text: string }> {
  const text = await readIfThere(host.resolvConf);
  if (text !== undefined && namesOnlySystemdStub(text)) {
    const behindStub = await readIfThere(host.systemdResolvConf);
    if (behindStub !== undefined) return { path: host.systemdResolvConf, text: behindStub };
  }
  return { path: host.resolvConf, text: text ?? '' };
}

async function readIfThere(path: string): Promise<string | undefined> {
  try {
    return await readFile(path, 'utf8');
  } catch (error) {
    if (hasErrorCode(error, 'ENOENT')) return undefined;
    throw error;
  }
}
