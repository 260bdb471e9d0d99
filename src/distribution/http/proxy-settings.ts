import { BlockList, isIP } from 'node:net';

const PROXIES = ['HTTP_PROXY', 'http_proxy', 'HTTPS_PROXY', 'https_proxy'];
const DEFAULT_PORTS: Readonly<Record<string, string>> = { 'http:': '80', 'https:': '443' };

/** Which requests go through a proxy, as Go's programs, and so Docker's daemon, read their environment. */
export class ProxySettings {
  /** For Node's agents, which read `NO_PROXY` otherwise: what it leaves out is decided here. Undefined without a proxy. */
  readonly environment: Readonly<Record<string, string>> | undefined;
  readonly #exceptions: readonly string[];

  constructor(env: NodeJS.ProcessEnv) {
    const proxies = PROXIES.flatMap((name) => (env[name] ? [[name, env[name]] as const] : []));
    this.environment = proxies.length === 0 ? undefined : Object.fromEntries(proxies);
    const list = env['NO_PROXY'] || env['no_proxy'] || '';
    this.#exceptions = list
      .split(',')
      .map((entry) => entry.trim().toLowerCase())
      .filter((entry) => entry !== '');
  }

  /** This host is never asked for by way of another one. */
  isUsedFor({ hostname, protocol, port }: URL): boolean {
    if (this.environment === undefined) return false;
    const host = hostname.toLowerCase().replace(/^\[(.*)\]$/, '$1');
    if (host === 'localhost' || isWithin(host, '127.0.0.0/8') || host === '::1') return false;
    const portText = port || (DEFAULT_PORTS[protocol] ?? '');
    return !this.#exceptions.some((entry) => isException(entry, host, portText));
  }
}

/** `*`, a network, or a name or address with or without a port; a name means all below it, too, and `.name` those alone. */
function isException(entry: string, host: string, port: string): boolean {
  if (entry === '*') return true;
  if (entry.includes('/')) return isWithin(host, entry);
  const [, name = '', wantedPort = ''] =
    /^(?:\*?(.*?))(?::(\d+))?$/.exec(isIP(entry) === 6 ? `[${entry}]` : entry) ?? [];
  if (wantedPort !== '' && wantedPort !== port) return false;
  const plain = name.replace(/^\[(.*)\]$/, '$1');
  if (isIP(plain) !== 0 || isIP(host) !== 0) return plain === host;
  return plain.startsWith('.') ? host.endsWith(plain) : host === plain || host.endsWith(`.${plain}`);
}

function isWithin(host: string, network: string): boolean {
  const [address = '', prefix = ''] = network.split('/');
  const version = isIP(address);
  const longest = version === 6 ? 128 : 32;
  if (version === 0 || isIP(host) !== version || !/^\d{1,3}$/.test(prefix) || Number(prefix) > longest) return false;
  const family = version === 6 ? 'ipv6' : 'ipv4';
  const list = new BlockList();
  list.addSubnet(address, Number(prefix), family);
  return list.check(host, family);
}
