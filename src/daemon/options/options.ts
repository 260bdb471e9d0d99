import { isIP } from 'node:net';
import { invalidArgument, messageOf } from '../../errors/engine-error.ts';
import { parseByteSize } from '../../lib/byte-size.ts';
import { parseAddress } from '../registry/address.ts';
import { parseHost } from './hosts.ts';

/** What an option holds: one text, a whole number, several texts, a truth value, or a map of `key=value` entries. */
export type OptionKind = 'text' | 'number' | 'list' | 'flag' | 'map';

export interface DaemonOption {
  /** The flag's name; also the key in the configuration file, unless `fileKey` says otherwise. */
  readonly name: string;
  readonly short?: string;
  readonly fileKey?: string;
  readonly kind: OptionKind;
  /** The placeholder and the sentence in `--help`. */
  readonly placeholder?: string;
  readonly help: string;
  /** @throws with dockerd's text when the value makes no sense. */
  readonly check?: (value: string) => void;
}

function checkAddress(value: string): void {
  if (isIP(value) === 0) throw invalidArgument(`invalid string being converted to IP address: ${value}`);
}

function checkBindAddress(value: string): void {
  if (isIP(value) === 0) throw invalidArgument(`failed to parse IP: "${value}"`);
}

function checkMirror(value: string): void {
  const url = URL.parse(value);
  if (url === null || !/^https?:$/.test(url.protocol)) {
    throw invalidArgument(
      `invalid mirror: unsupported scheme "${url?.protocol.replace(/:$/, '') ?? ''}" in "${value}"`,
    );
  }
  if (url.search !== '' || url.hash !== '') {
    throw invalidArgument(`invalid mirror: query or fragment at end of the URI "${value}"`);
  }
  if (url.username !== '' || url.password !== '') {
    throw invalidArgument(`invalid mirror: username/password not allowed in URI "${url.protocol}//***@${url.host}"`);
  }
}

/** A network, or a host with or without a port. */
function checkInsecureRegistry(value: string): void {
  if (/^https?:\/\//i.test(value)) throw invalidArgument(`insecure registry ${value} should not contain '://'`);
  if (/^-|-$/.test(value)) throw invalidArgument(`invalid index name (${value}). Cannot begin or end with a hyphen`);
  const [address = '', prefix] = value.split('/');
  const longest = isIP(address) === 6 ? 128 : 32;
  const isNetwork =
    isIP(address) !== 0 && prefix !== undefined && /^\d{1,3}$/.test(prefix) && Number(prefix) <= longest;
  if (isNetwork || isIP(value) !== 0 || (prefix === undefined && URL.parse(`http://${value}`)?.pathname === '/'))
    return;
  throw invalidArgument(`insecure registry ${value} is not valid: invalid host "${value}"`);
}

function checkLabel(value: string): void {
  if (!/^[^=]+=/.test(value)) throw invalidArgument(`bad attribute format: ${value}`);
}

function checkPair(value: string): void {
  if (!value.includes('=')) throw invalidArgument(`invalid field '${value}' must be a key=value pair`);
}

function checkCount(value: string): void {
  if (!/^\d+$/.test(value) || Number(value) < 1) throw invalidArgument(`invalid value: ${value} must be 1 or more`);
}

function checkSize(value: string): void {
  try {
    parseByteSize(value);
  } catch (error) {
    throw invalidArgument(messageOf(error), error);
  }
}

export const LOG_LEVELS = ['debug', 'info', 'warn', 'error', 'fatal'] as const;
export type LogLevel = (typeof LOG_LEVELS)[number];

function checkLogLevel(value: string): void {
  if (!LOG_LEVELS.some((level) => level === value)) throw invalidArgument(`invalid logging level: ${value}`);
}

/** All that `skiffd` takes, under dockerd's names, in the order of `--help`. */
export const daemonOptions = [
  {
    name: 'add-runtime',
    fileKey: 'runtimes',
    kind: 'map',
    placeholder: 'name=path',
    help: 'Register an additional OCI compatible runtime',
    check: checkPair,
  },
  { name: 'bip', kind: 'text', placeholder: 'cidr', help: 'Address and prefix of the default bridge' },
  {
    name: 'builder-keep-storage',
    fileKey: 'builder',
    kind: 'text',
    placeholder: 'bytes',
    help: 'Prune the build cache down to this after each build (default: never)',
    check: checkSize,
  },
  {
    name: 'config-file',
    kind: 'text',
    placeholder: 'path',
    help: 'Daemon configuration file (default "/etc/skiff/daemon.json")',
  },
  {
    name: 'data-root',
    kind: 'text',
    placeholder: 'path',
    help: 'Root directory of persistent state (default "/var/lib/skiff")',
  },
  { name: 'debug', short: 'D', kind: 'flag', help: 'Enable debug mode' },
  {
    name: 'default-address-pool',
    fileKey: 'default-address-pools',
    kind: 'list',
    placeholder: 'base=cidr,size=n',
    help: 'Default address pools for networks',
  },
  {
    name: 'default-runtime',
    kind: 'text',
    placeholder: 'name',
    help: 'Default OCI runtime for containers (default "crun")',
  },
  { name: 'dns', kind: 'list', placeholder: 'ip', help: 'DNS server to use', check: checkAddress },
  { name: 'dns-opt', fileKey: 'dns-opts', kind: 'list', placeholder: 'option', help: 'DNS options to use' },
  { name: 'dns-search', kind: 'list', placeholder: 'domain', help: 'DNS search domains to use' },
  {
    name: 'exec-root',
    kind: 'text',
    placeholder: 'path',
    help: 'Root directory for execution state files (default "/run/skiff")',
  },
  {
    name: 'group',
    short: 'G',
    kind: 'text',
    placeholder: 'name',
    help: 'Group for the unix socket (default "docker", when there is one)',
  },
  { name: 'help', kind: 'flag', help: 'Print usage' },
  {
    name: 'host',
    short: 'H',
    fileKey: 'hosts',
    kind: 'list',
    placeholder: 'url',
    help: 'Daemon socket(s) to listen on (default "unix:///run/skiff.sock")',
    check: (value) => void parseHost(value),
  },
  { name: 'icc', kind: 'flag', help: 'Enable inter-container communication (default true)' },
  {
    name: 'insecure-registry',
    fileKey: 'insecure-registries',
    kind: 'list',
    placeholder: 'host',
    help: 'Enable insecure registry communication',
    check: checkInsecureRegistry,
  },
  {
    name: 'ip',
    kind: 'text',
    placeholder: 'ip',
    help: 'Default IP when binding container ports (default 0.0.0.0)',
    check: checkBindAddress,
  },
  {
    name: 'label',
    fileKey: 'labels',
    kind: 'list',
    placeholder: 'key=value',
    help: 'Set key=value labels to the daemon',
    check: checkLabel,
  },
  {
    name: 'log-driver',
    kind: 'text',
    placeholder: 'name',
    help: 'Default driver for container logs (default "json-file")',
  },
  {
    name: 'log-level',
    short: 'l',
    kind: 'text',
    placeholder: 'level',
    help: `Set the logging level (${LOG_LEVELS.join('|')}) (default "info")`,
    check: checkLogLevel,
  },
  {
    name: 'log-opt',
    fileKey: 'log-opts',
    kind: 'map',
    placeholder: 'key=value',
    help: 'Default log driver options for containers',
    check: checkPair,
  },
  {
    name: 'max-concurrent-downloads',
    kind: 'number',
    placeholder: 'n',
    help: 'Set the max concurrent downloads (default 3)',
    check: checkCount,
  },
  {
    name: 'max-concurrent-uploads',
    kind: 'number',
    placeholder: 'n',
    help: 'Set the max concurrent uploads (default 5)',
    check: checkCount,
  },
  {
    name: 'max-download-attempts',
    kind: 'number',
    placeholder: 'n',
    help: 'Set the max attempts for each transfer (default 5)',
    check: checkCount,
  },
  {
    name: 'pidfile',
    short: 'p',
    kind: 'text',
    placeholder: 'path',
    help: 'Path to use for daemon PID file (default: the exec root with ".pid" at its end)',
  },
  {
    name: 'registry',
    kind: 'text',
    placeholder: 'host:port',
    help: "Serve this host's images to others, read-only, as a registry on this address",
    check: (value) => void parseAddress(value),
  },
  {
    name: 'registry-htpasswd',
    kind: 'text',
    placeholder: 'path',
    help: 'File of users with bcrypt passwords for that registry',
  },
  {
    name: 'registry-mirror',
    fileKey: 'registry-mirrors',
    kind: 'list',
    placeholder: 'url',
    help: 'Preferred registry mirror',
    check: checkMirror,
  },
  { name: 'registry-tls-cert', kind: 'text', placeholder: 'path', help: 'Certificate of that registry' },
  { name: 'registry-tls-key', kind: 'text', placeholder: 'path', help: 'Private key of that registry' },
  // There is no proxy to switch off: files made for dockerd are taken all the same.
  { name: 'userland-proxy', kind: 'flag', help: 'Accepted and without effect: ports are published by the kernel' },
  {
    name: 'userland-proxy-path',
    kind: 'text',
    placeholder: 'path',
    help: 'Accepted and without effect',
  },
  { name: 'validate', kind: 'flag', help: 'Validate the daemon configuration and exit' },
  { name: 'version', short: 'v', kind: 'flag', help: 'Print version information and quit' },
] as const satisfies readonly DaemonOption[];

export type OptionName = (typeof daemonOptions)[number]['name'];
/** Values as given, in order; a flag's are `true` or `false`. */
export type OptionValues = ReadonlyMap<OptionName, readonly string[]>;

/** How messages name an option: `"-H, --host" flag`. */
export function flagTitle(option: DaemonOption): string {
  return option.short === undefined ? `--${option.name}` : `-${option.short}, --${option.name}`;
}

export function fileKeyOf(option: DaemonOption): string {
  return option.fileKey ?? option.name;
}
