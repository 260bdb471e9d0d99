import { invalidArgument } from '../../errors/engine-error.ts';

const LOCAL_LINES = [
  '127.0.0.1\tlocalhost',
  '::1\tlocalhost ip6-localhost ip6-loopback',
  'fe00::0\tip6-localnet',
  'ff00::0\tip6-mcastprefix',
  'ff02::1\tip6-allnodes',
  'ff02::2\tip6-allrouters',
];

/** Where a container finds the host under a name: `--add-host name:host-gateway`. */
const HOST_GATEWAY = 'host-gateway';

/**
 * A container's /etc/hosts. `own` names the container itself by its addresses in its networks, full name first.
 * @throws invalid_argument for an extra host without a colon.
 */
export function renderHosts(options: {
  /** `name:address`, as `HostConfig.ExtraHosts` has them. */
  readonly extraHosts: readonly string[];
  readonly hostGateway: string;
  readonly own: { readonly addresses: readonly string[]; readonly hostname: string; readonly domainname: string };
}): string {
  const { own } = options;
  const lines = [...LOCAL_LINES, ...options.extraHosts.map((entry) => extraHostLine(entry, options.hostGateway))];
  lines.push(...own.addresses.map((address) => `${address}\t${ownNames(own.hostname, own.domainname)}`));
  return `${lines.join('\n')}\n`;
}

function extraHostLine(entry: string, hostGateway: string): string {
  const colon = entry.indexOf(':');
  if (colon < 1) throw invalidArgument(`bad format for add-host: ${JSON.stringify(entry)}`);
  const address = entry.slice(colon + 1);
  return `${address === HOST_GATEWAY ? hostGateway : address}\t${entry.slice(0, colon)}`;
}

/** Full name first, then the short one. */
export function ownNames(hostname: string, domainname: string): string {
  const full = domainname === '' ? hostname : `${hostname}.${domainname}`;
  const [short] = full.split('.', 1);
  return short === full ? full : `${full} ${short}`;
}
