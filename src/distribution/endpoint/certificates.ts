import { readdir, readFile } from 'node:fs/promises';
import { join } from 'node:path';
import { rootCertificates } from 'node:tls';
import { internalError, messageOf } from '../../errors/engine-error.ts';
import { hasErrorCode } from '../../lib/system-error.ts';

/** What a host's folder of certificates holds; empty where there is none. */
export interface HostCertificates {
  /** Authorities to be trusted besides the usual ones. */
  readonly authorities: readonly string[];
  /** Certificates and keys by which to say who we are. */
  readonly clients: readonly { readonly cert: string; readonly key: string }[];
}

/**
 * Reads `<folder>/<host[:port]>/`, as Docker lays it out: `*.crt` are authorities, `x.cert` with `x.key` identifies this
 * client. Read at each use, so that a new certificate needs no restart.
 * @throws internal with Docker's text for a certificate without its key, and the other way round.
 */
export async function readCertificates(folders: readonly string[], host: string): Promise<HostCertificates> {
  const authorities: string[] = [];
  const clients: { cert: string; key: string }[] = [];
  for (const folder of folders) {
    const path = join(folder, host);
    const names = (await namesIn(path)).sort();
    for (const name of names) {
      if (name.endsWith('.crt')) authorities.push(await readFile(join(path, name), 'utf8'));
      if (name.endsWith('.cert')) {
        const keyName = name.replace(/\.cert$/, '.key');
        if (!names.includes(keyName)) throw missingHalf('key', keyName, name);
        const [cert, key] = await Promise.all(
          [name, keyName].map((each) => readFile(join(path, each), 'utf8')) as [Promise<string>, Promise<string>],
        );
        clients.push({ cert, key });
      }
      if (name.endsWith('.key') && !names.includes(name.replace(/\.key$/, '.cert'))) {
        throw missingHalf('client certificate', name.replace(/\.key$/, '.cert'), name);
      }
    }
  }
  return { authorities, clients };
}

/** For Node's TLS: its own authorities go when others are given, so they are named again. */
export function tlsOptions(
  { authorities, clients }: HostCertificates,
  acceptsAnyCertificate: boolean,
): { ca?: string[]; cert?: string[]; key?: string[]; rejectUnauthorized: boolean } {
  return {
    rejectUnauthorized: !acceptsAnyCertificate,
    ...(authorities.length === 0 ? {} : { ca: [...rootCertificates, ...authorities] }),
    ...(clients.length === 0 ? {} : { cert: clients.map(({ cert }) => cert), key: clients.map(({ key }) => key) }),
  };
}

function missingHalf(what: string, missing: string, there: string): Error {
  return internalError(
    `missing ${what} ${missing} for ${there}. Note that CA certificates should use the extension .crt`,
  );
}

async function namesIn(path: string): Promise<string[]> {
  try {
    return await readdir(path);
  } catch (error) {
    if (hasErrorCode(error, 'ENOENT')) return [];
    throw internalError(`certificates in ${path} cannot be read: ${messageOf(error)}`, error);
  }
}
