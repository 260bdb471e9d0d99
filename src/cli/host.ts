import { readFileSync } from 'node:fs';
import type { Endpoint } from '../client/transport.ts';
import { CliError } from './errors.ts';

const DEFAULT_HOST = 'unix:///run/skiff.sock';

export interface HostChoice {
  /** `-H`, at most one. */
  readonly hosts: readonly string[];
  /** `--context`. */
  readonly context: string;
  readonly env: NodeJS.ProcessEnv;
  readonly configFolder: string;
  /** Called only when nothing else names the daemon. */
  currentContext(): string | undefined;
}

/** The daemon's address in docker's order: `-H`, `--context`, DOCKER_HOST, DOCKER_CONTEXT, the current context. */
export function chooseAddress(choice: HostChoice): string {
  const [host, ...more] = choice.hosts;
  if (more.length > 0) throw unresolved('Specify only one -H');
  if (host !== undefined && choice.context !== '') {
    throw new CliError('conflicting options: cannot specify both --host and --context');
  }
  if (host !== undefined) return normalAddress(host);
  if (choice.context !== '') return contextAddress(choice.context, choice.configFolder);
  if (choice.env.DOCKER_HOST) return normalAddress(choice.env.DOCKER_HOST);
  return contextAddress(choice.env.DOCKER_CONTEXT || choice.currentContext() || 'default', choice.configFolder);
}

/** `host:port` and `/path` mean TCP, as they do to docker. */
function normalAddress(text: string): string {
  const trimmed = text.trim();
  if (trimmed === '') return DEFAULT_HOST;
  if (trimmed.includes('://')) return trimmed;
  if (trimmed.startsWith('/')) return `tcp://localhost:2375${trimmed}`;
  return `tcp://${trimmed}`;
}

function contextAddress(name: string, folder: string): string {
  if (name === 'default') return DEFAULT_HOST;
  // Loaded only here: a context is rarely used, and hashing costs start-up time.
  const { createHash } = process.getBuiltinModule('node:crypto');
  const id = createHash('sha256').update(name).digest('hex');
  const path = `${folder}/contexts/meta/${id}/meta.json`;
  let meta: { Endpoints?: { docker?: { Host?: string } } };
  try {
    meta = JSON.parse(readFileSync(path, 'utf8')) as typeof meta;
  } catch (error) {
    throw unresolved(`context "${name}": context not found: open ${path}: no such file or directory`, error);
  }
  return meta.Endpoints?.docker?.Host ?? DEFAULT_HOST;
}

/** @throws CliError for schemes we do not speak, and for TLS. */
export function parseAddress(address: string, tls: boolean): Endpoint {
  const [, scheme, rest = ''] = /^([a-z]+):\/\/(.*)$/.exec(address) ?? [];
  switch (scheme) {
    case 'unix':
      return { kind: 'unix', path: rest };
    case 'tcp':
    case 'http': {
      if (tls) throw unresolved('TLS is not supported: use a unix socket, or forward one by ssh -L');
      const url = new URL(`http://${rest}`);
      const basePath = url.pathname === '/' ? '' : url.pathname;
      return { kind: 'tcp', hostname: url.hostname, port: Number(url.port || 2375), basePath };
    }
    case 'ssh':
      throw unresolved('ssh is not supported: forward the socket by ssh -L');
    default:
      throw unresolved(`invalid bind address format: ${address}`);
  }
}

function unresolved(reason: string, cause?: unknown): CliError {
  return new CliError(`Failed to initialize: unable to resolve docker endpoint: ${reason}`, 1, { cause });
}
