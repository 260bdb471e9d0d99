import { lstatSync, mkdirSync, readFileSync, realpathSync, renameSync, rmSync, statSync, writeFileSync } from 'node:fs';
import { dirname } from 'node:path';
import type { RegistryAuth } from '../../client/registries.ts';
import { messageOf } from '../../errors/engine-error.ts';
import type { ConfigFile } from '../config-file.ts';
import { CliError } from '../errors.ts';
import type { CredentialHelper } from './credential-helper.ts';
import { helperFor, TOKEN_NAME } from './find-credentials.ts';
import { withLock } from './with-lock.ts';

export interface CredentialPlace {
  readonly config: ConfigFile;
  /** Where `config.json` is. */
  readonly folder: string;
}

/**
 * Keeps the credentials of a server. True when they now stand unencrypted in the file, and did not before.
 * @throws CliError with docker's text
 */
export function keepCredentials(place: CredentialPlace, key: string, auth: RegistryAuth): boolean {
  try {
    return keep(place, key, auth);
  } catch (error) {
    throw new CliError(`Error saving credentials: ${messageOf(error)}`, 1, { cause: error });
  }
}

function keep({ config, folder }: CredentialPlace, key: string, auth: RegistryAuth): boolean {
  const helper = helperFor(config, key);
  const { username = '', password = '', identitytoken } = auth;
  if (helper !== undefined) {
    const isToken = identitytoken !== undefined && identitytoken !== '';
    helper.store({
      ServerURL: key,
      Username: isToken ? TOKEN_NAME : username,
      Secret: isToken ? identitytoken : password,
    });
    // That there is something is written down, by which other programs know whom to ask the helper about.
    changeAuths(folder, (auths) => ({ ...auths, [key]: {} }));
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

/** Idempotent. `keys` are all under which they may be kept. @throws CliError when a helper erases none of them */
export function forgetCredentials({ config, folder }: CredentialPlace, key: string, keys: readonly string[]): void {
  const helper = helperFor(config, key);
  if (helper !== undefined) eraseAll(helper, keys);
  if (!keys.some((one) => config.auths !== undefined && Object.hasOwn(config.auths, one))) return;
  changeAuths(folder, (auths) => Object.fromEntries(Object.entries(auths).filter(([name]) => !keys.includes(name))));
}

function eraseAll(helper: CredentialHelper, keys: readonly string[]): void {
  const failures: string[] = [];
  for (const key of keys) {
    try {
      helper.erase(key);
    } catch (error) {
      failures.push(`${key}: ${messageOf(error)}`);
    }
  }
  if (failures.length === keys.length) {
    throw new CliError(['WARNING: could not erase credentials:', ...failures].join('\n'));
  }
}

/** The rest of the file stays as it is. It is replaced whole, also behind a link, and only its owner can read it. */
function changeAuths(folder: string, change: (auths: Record<string, object>) => Record<string, object>): void {
  const path = `${folder}/config.json`;
  const target = isThere(path) ? realpathSync(path) : path;
  mkdirSync(dirname(target), { recursive: true, mode: 0o700 });
  withLock(`${target}.lock`, () => {
    const document = isThere(target) ? parsed(target) : {};
    const auths = change((document['auths'] ?? {}) as Record<string, object>);
    const sorted = Object.fromEntries(Object.entries(auths).sort(([a], [b]) => (a < b ? -1 : 1)));
    const temporary = `${target}.${process.pid}`;
    const mode = isThere(target) ? statSync(target).mode & 0o777 : 0o600;
    try {
      writeFileSync(temporary, JSON.stringify({ ...document, auths: sorted }, null, '\t'), { mode });
      renameSync(temporary, target);
    } finally {
      // On a full disk, say: half a file of secrets is nothing to leave.
      rmSync(temporary, { force: true });
    }
  });
}

/** A file that cannot be read is not written over: what its user had in it would be lost. */
function parsed(path: string): Record<string, unknown> {
  try {
    const document: unknown = JSON.parse(readFileSync(path, 'utf8'));
    if (typeof document === 'object' && document !== null && !Array.isArray(document)) {
      return document as Record<string, unknown>;
    }
  } catch (error) {
    throw new CliError(`${path} holds no JSON and is left as it is: ${messageOf(error)}`, 1, { cause: error });
  }
  throw new CliError(`${path} holds no JSON object and is left as it is`);
}

function isThere(path: string): boolean {
  return lstatSync(path, { throwIfNoEntry: false }) !== undefined;
}
