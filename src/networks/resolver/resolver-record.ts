import { readFile } from 'node:fs/promises';
import { isIP } from 'node:net';
import { hasErrorCode } from '../../lib/system-error.ts';
import type { ResolverPorts } from './resolver.ts';

/** What of a container's name server outlives the daemon. */
export interface ResolverRecord {
  readonly ports: ResolverPorts;
  /** Servers that were named for the container. */
  readonly servers: readonly string[];
}

/** Undefined when there is no file, or one that a dying daemon did not finish. */
export async function readResolverRecord(path: string): Promise<ResolverRecord | undefined> {
  try {
    const record: unknown = JSON.parse(await readFile(path, 'utf8'));
    return isResolverRecord(record) ? record : undefined;
  } catch (error) {
    if (error instanceof SyntaxError || hasErrorCode(error, 'ENOENT')) return undefined;
    throw error;
  }
}

function isResolverRecord(value: unknown): value is ResolverRecord {
  if (typeof value !== 'object' || value === null) return false;
  const { ports, servers } = value as Partial<ResolverRecord>;
  return (
    isPort(ports?.udp) &&
    isPort(ports?.tcp) &&
    Array.isArray(servers) &&
    servers.every((server: unknown) => typeof server === 'string' && isIP(server) !== 0)
  );
}

function isPort(value: unknown): boolean {
  return Number.isInteger(value) && Number(value) > 0 && Number(value) < 65_536;
}
