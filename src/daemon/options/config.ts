import { createHash } from 'node:crypto';
import { resolve } from 'node:path';
import type { RegistrySettings } from '../../distribution/registry-settings.ts';
import { invalidArgument } from '../../errors/engine-error.ts';
import { parseByteSize } from '../../lib/byte-size.ts';
import { bitsOf, parseCidr, type Subnet } from '../../lib/ip.ts';
import { parseAddress } from '../registry/address.ts';
import { DEFAULT_HOST, type Host, parseHost } from './hosts.ts';
import type { LogLevel, OptionName, OptionValues } from './options.ts';

export const DEFAULT_CONFIG_FILE = '/etc/skiff/daemon.json';
const DEFAULT_DATA_ROOT = '/var/lib/skiff';
const DEFAULT_EXEC_ROOT = '/run/skiff';

/** Docker's own comes first, so that what is set up for it needs no copy. */
const CERTIFICATE_FOLDERS = ['/etc/docker/certs.d', '/etc/skiff/certs.d'];
// Dockerd's numbers.
const DEFAULT_DOWNLOADS = 3;
const DEFAULT_UPLOADS = 5;
const DEFAULT_ATTEMPTS = 5;
const FIRST_RETRY_MS = 1000;

/** Those that containers may log by. */
export const LOG_DRIVERS: readonly string[] = ['json-file', 'none'];

/** Where and to whom this host's images are served. */
export interface SharingConfig {
  readonly host: string;
  readonly port: number;
  readonly htpasswd: string | undefined;
  readonly tls: { readonly certificatePath: string; readonly keyPath: string } | undefined;
}

/** How the daemon was asked to run. */
export interface DaemonConfig {
  readonly dataRoot: string;
  readonly execRoot: string;
  readonly pidfile: string;
  readonly hosts: readonly Host[];
  /** The group that may use the unix sockets; undefined is `docker` if it exists. */
  readonly socketGroup: string | undefined;
  /** Tells this daemon's bridges, tables and cgroups from another's; empty for the default data root. */
  readonly tag: string;
  readonly logLevel: LogLevel;
  readonly labels: readonly string[];
  readonly defaultRuntime: string;
  /** The program of each runtime by name: a path, or a name to be found on PATH. */
  readonly runtimes: ReadonlyMap<string, string>;
  readonly bip: string | undefined;
  /** What the build cache is pruned to after each build; undefined for never. */
  readonly builderKeepBytes: number | undefined;
  readonly addressPools: readonly { readonly base: string; readonly size: number }[];
  readonly dns: {
    readonly servers: readonly string[];
    readonly search: readonly string[];
    readonly options: readonly string[];
  };
  readonly defaultBindAddress: string;
  readonly interContainerCommunication: boolean;
  readonly registries: RegistrySettings;
  /** Undefined serves them to nobody. */
  readonly sharing: SharingConfig | undefined;
  readonly logDriver: string;
  readonly logOptions: Readonly<Record<string, string>>;
}

/** @throws invalid_argument for values that contradict each other or that nothing here can do. */
export function resolveConfig(values: OptionValues): DaemonConfig {
  const list = (name: OptionName) => values.get(name) ?? [];
  const text = (name: OptionName) => list(name)[0];
  const dataRoot = resolve(text('data-root') ?? DEFAULT_DATA_ROOT);
  const execRoot = resolve(text('exec-root') ?? DEFAULT_EXEC_ROOT);
  const runtimes = new Map([['crun', 'crun'], ['runc', 'runc'], ...list('add-runtime').map(pairOf)]);
  const hosts = list('host').length === 0 ? [DEFAULT_HOST] : list('host');
  return {
    dataRoot,
    execRoot,
    // Beside the exec root, so that daemons with roots of their own do not refuse each other.
    pidfile: resolve(text('pidfile') ?? `${execRoot}.pid`),
    hosts: hosts.map(parseHost),
    socketGroup: text('group'),
    tag: dataRoot === DEFAULT_DATA_ROOT ? '' : createHash('sha256').update(dataRoot).digest('hex').slice(0, 8),
    logLevel: text('debug') === 'true' ? 'debug' : ((text('log-level') ?? 'info') as LogLevel),
    labels: list('label'),
    defaultRuntime: knownRuntime(text('default-runtime') ?? 'crun', runtimes),
    runtimes,
    bip: text('bip'),
    builderKeepBytes: keptBytes(text('builder-keep-storage')),
    addressPools: list('default-address-pool').map(addressPool),
    dns: { servers: list('dns'), search: list('dns-search'), options: list('dns-opt') },
    defaultBindAddress: text('ip') ?? '0.0.0.0',
    interContainerCommunication: text('icc') !== 'false',
    registries: {
      mirrors: list('registry-mirror'),
      insecureRegistries: list('insecure-registry'),
      certificateFolders: CERTIFICATE_FOLDERS,
      maxDownloads: Number(text('max-concurrent-downloads') ?? DEFAULT_DOWNLOADS),
      maxUploads: Number(text('max-concurrent-uploads') ?? DEFAULT_UPLOADS),
      maxAttempts: Number(text('max-download-attempts') ?? DEFAULT_ATTEMPTS),
      firstRetryMs: FIRST_RETRY_MS,
    },
    sharing: sharingOf(text),
    logDriver: knownLogDriver(text('log-driver') ?? 'json-file'),
    logOptions: Object.fromEntries(list('log-opt').map(pairOf)),
  };
}

function sharingOf(text: (name: OptionName) => string | undefined): SharingConfig | undefined {
  const address = text('registry');
  const [htpasswd, certificatePath, keyPath] = [
    text('registry-htpasswd'),
    text('registry-tls-cert'),
    text('registry-tls-key'),
  ];
  if ((certificatePath === undefined) !== (keyPath === undefined)) {
    throw invalidArgument('registry-tls-cert and registry-tls-key go together');
  }
  if (address === undefined) {
    if (htpasswd === undefined && keyPath === undefined) return undefined;
    throw invalidArgument('registry-htpasswd and registry-tls-cert need the address of a registry');
  }
  const tls = certificatePath === undefined || keyPath === undefined ? undefined : { certificatePath, keyPath };
  return { ...parseAddress(address), htpasswd, tls };
}

function pairOf(entry: string): [string, string] {
  const at = entry.indexOf('=');
  return [entry.slice(0, at), entry.slice(at + 1)];
}

function knownRuntime(name: string, runtimes: ReadonlyMap<string, string>): string {
  if (!runtimes.has(name)) throw invalidArgument(`specified default runtime '${name}' does not exist`);
  return name;
}

function knownLogDriver(name: string): string {
  if (!LOG_DRIVERS.includes(name)) throw invalidArgument(`logger: no log driver named '${name}' is registered`);
  return name;
}

function addressPool(text: string): { base: string; size: number } {
  const fields = new Map(
    text.split(',').map((field) => {
      if (!field.includes('=')) throw invalidArgument(`invalid field '${field}' must be a key=value pair`);
      return pairOf(field.trim());
    }),
  );
  const unknown = [...fields.keys()].find((key) => key !== 'base' && key !== 'size');
  if (unknown !== undefined) throw invalidArgument(`unexpected key '${unknown}' in '${text}'`);
  const base = fields.get('base') ?? '';
  const size = Number(fields.get('size'));
  const { family, prefixLength } = poolSubnet(base);
  // A network has room for a router and a container at least.
  const largest = bitsOf(family) - 2;
  if (!Number.isInteger(size) || size < prefixLength || size > largest)
    throw invalidArgument(`invalid pools size: ${fields.get('size') ?? ''}`);
  return { base, size };
}

function poolSubnet(base: string): Subnet {
  try {
    return parseCidr(base).subnet;
  } catch (error) {
    throw invalidArgument(`invalid base pool "${base}": it must be a network in CIDR form`, error);
  }
}

function keptBytes(text: string | undefined): number | undefined {
  return text === undefined ? undefined : parseByteSize(text);
}
