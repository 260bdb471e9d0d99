import { lstatSync, mkdirSync, readFileSync, realpathSync, renameSync, statSync, writeFileSync } from 'node:fs';
import { dirname } from 'node:path';
import type { RegistryAuth } from '../../client/registries.ts';
import type { ConfigFile } from '../config-file.ts';
import { helperFor, TOKEN_NAME } from './find-credentials.ts';

export interface CredentialPlace {
  readonly config: ConfigFile;
  /** Where `config.json` is. */
  readonly folder: string;
}

/** Keeps the credentials of a server. True when they now stand unencrypted in the file, and did not before. */
export function keepCredentials({ config, folder }: CredentialPlace, key: string, auth: RegistryAuth): boolean {
  const helper = helperFor(config, key);
  const { username = '', password = '', identitytoken } = auth;
  if (helper !== undefined) {
    const isToken = identitytoken !== undefined && identitytoken !== '';
    helper.store({
      ServerURL: key,
      Username: isToken ? TOKEN_NAME : username,
      Secret: isToken ? identitytoken : password,
    });
    return false;
  }
  const entry = {
    auth: Buffer.from(`${username}:${identitytoken ? '' : password}`).toString('base64'),
    ...(identitytoken ? { identitytoken } : {}),
  };
  const known = config.auths?.[key];
  changeAuths(folder, (auths) => ({ ...auths, [key]: entry }));
  return known?.auth !== entry.auth;
}

/** Idempotent. `keys` are all under which they may be kept. */
export function forgetCredentials({ config, folder }: CredentialPlace, key: string, keys: readonly string[]): void {
  helperFor(config, key)?.erase(key);
  if (!keys.some((one) => config.auths !== undefined && Object.hasOwn(config.auths, one))) return;
  changeAuths(folder, (auths) => Object.fromEntries(Object.entries(auths).filter(([name]) => !keys.includes(name))));
}

/** The rest of the file stays as it is. It is replaced whole, also behind a link, and only its owner can read it. */
function changeAuths(folder: string, change: (auths: Record<string, object>) => Record<string, object>): void {
  const path = `${folder}/config.json`;
  const target = isThere(path) ? realpathSync(path) : path;
  mkdirSync(dirname(target), { recursive: true, mode: 0o700 });
  const document = isThere(target) ? (JSON.parse(readFileSync(target, 'utf8')) as Record<string, unknown>) : {};
  const auths = change((document['auths'] ?? {}) as Record<string, object>);
  const sorted = Object.fromEntries(Object.entries(auths).sort(([a], [b]) => (a < b ? -1 : 1)));
  const temporary = `${target}.${process.pid}`;
  const mode = isThere(target) ? statSync(target).mode & 0o777 : 0o600;
  writeFileSync(temporary, JSON.stringify({ ...document, auths: sorted }, null, '\t'), { mode });
  renameSync(temporary, target);
}

function isThere(path: string): boolean {
  return lstatSync(path, { throwIfNoEntry: false }) !== undefined;
}
