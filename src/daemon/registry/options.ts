import { parseArgs } from 'node:util';
import { invalidArgument, messageOf } from '../../errors/engine-error.ts';
import { parseByteSize } from '../../lib/byte-size.ts';
import { parseGoDuration } from '../../lib/go-duration.ts';
import { parseAddress } from './address.ts';

export interface RegistryProgramOptions {
  readonly root: string;
  readonly host: string;
  readonly port: number;
  readonly htpasswd: string | undefined;
  readonly tlsCertificate: string | undefined;
  readonly tlsKey: string | undefined;
  readonly readOnly: boolean;
  /** The registry whose content is cached. */
  readonly proxy: URL | undefined;
  readonly proxyUsername: string | undefined;
  readonly proxyPasswordFile: string | undefined;
  /** How long the cache keeps what nobody asks for; 0 for ever. */
  readonly cacheTtlMs: number;
  /** How much of its content is kept; undefined for as much as there is. */
  readonly cacheLimitBytes: number | undefined;
  readonly gcIntervalMs: number;
  readonly gcGraceMs: number;
  readonly uploadExpiryMs: number;
  readonly logRequests: boolean;
  /** Only says whether the options make sense. */
  readonly validate: boolean;
}

const TEXT = { type: 'string' } as const;

/** @throws invalid_argument in words for the person at the terminal */
export function parseRegistryOptions(argv: readonly string[]): RegistryProgramOptions {
  const values = parse(argv);
  const certificate = values['tls-cert'];
  const key = values['tls-key'];
  if ((certificate === undefined) !== (key === undefined)) {
    throw invalidArgument('--tls-cert and --tls-key go together');
  }
  return {
    root: values.root ?? '/var/lib/skiff-registry',
    ...parseAddress(values.addr ?? '127.0.0.1:5000'),
    htpasswd: values.htpasswd,
    tlsCertificate: certificate,
    tlsKey: key,
    readOnly: values['read-only'] ?? false,
    ...proxyOptions(values),
    gcIntervalMs: milliseconds('gc-interval', values['gc-interval'] ?? '1h'),
    gcGraceMs: milliseconds('gc-grace', values['gc-grace'] ?? '1h'),
    uploadExpiryMs: milliseconds('upload-expiry', values['upload-expiry'] ?? '24h'),
    logRequests: values['log-requests'] ?? false,
    validate: values.validate ?? false,
  };
}

function parse(argv: readonly string[]) {
  try {
    return parseArgs({
      args: [...argv],
      options: {
        addr: TEXT,
        root: TEXT,
        htpasswd: TEXT,
        'tls-cert': TEXT,
        'tls-key': TEXT,
        proxy: TEXT,
        'proxy-username': TEXT,
        'proxy-password-file': TEXT,
        'proxy-ttl': TEXT,
        'proxy-keep-storage': TEXT,
        'read-only': { type: 'boolean' },
        'gc-interval': TEXT,
        'gc-grace': TEXT,
        'upload-expiry': TEXT,
        'log-requests': { type: 'boolean' },
        validate: { type: 'boolean' },
      },
    }).values;
  } catch (error) {
    throw invalidArgument(messageOf(error), error);
  }
}

function proxyOptions(values: ReturnType<typeof parse>) {
  const { proxy, 'proxy-username': proxyUsername, 'proxy-password-file': proxyPasswordFile } = values;
  if ((proxyUsername === undefined) !== (proxyPasswordFile === undefined)) {
    throw invalidArgument('--proxy-username and --proxy-password-file go together');
  }
  if (proxy === undefined && proxyUsername !== undefined) throw invalidArgument('--proxy-username needs --proxy');
  return {
    proxy: proxy === undefined ? undefined : parseProxy(proxy),
    proxyUsername,
    proxyPasswordFile,
    cacheTtlMs: milliseconds('proxy-ttl', values['proxy-ttl'] ?? '168h'),
    cacheLimitBytes: byteLimit(values['proxy-keep-storage']),
  };
}

/** None at all would be no cache. */
function byteLimit(text: string | undefined): number | undefined {
  if (text === undefined) return undefined;
  try {
    const bytes = parseByteSize(text);
    if (bytes === 0) throw new Error('it is zero');
    return bytes;
  } catch (error) {
    throw invalidArgument(`invalid --proxy-keep-storage ${JSON.stringify(text)}: ${messageOf(error)}`, error);
  }
}

function parseProxy(text: string): URL {
  const url = URL.parse(text);
  if (url !== null && (url.username !== '' || url.password !== '')) {
    throw invalidArgument(
      'the registry to cache has a password in its URL: use --proxy-username, --proxy-password-file',
    );
  }
  if (url === null || !/^https?:$/.test(url.protocol) || url.pathname !== '/') {
    throw invalidArgument(`invalid registry to cache ${JSON.stringify(text)}: https://host[:port]`);
  }
  return url;
}

function milliseconds(flag: string, text: string): number {
  try {
    const value = parseGoDuration(text) / 1e6;
    if (value < 0) throw new Error('it is negative');
    return value;
  } catch (error) {
    throw invalidArgument(`invalid --${flag} ${JSON.stringify(text)}: ${messageOf(error)}`, error);
  }
}
