import type { RegistryAuth } from '../../client/registries.ts';
import type { ConfigFile } from '../config-file.ts';
import { CliError } from '../errors.ts';
import { CredentialHelper } from './credential-helper.ts';
import { hostOf, serverKey } from './server-key.ts';

/** The name that helpers give when the secret is an identity token. */
export const TOKEN_NAME = '<token>';

/** Which helper keeps a server's credentials; undefined means the configuration file itself. */
export function helperFor(config: ConfigFile, key: string): CredentialHelper | undefined {
  const name = config.credHelpers?.[key] ?? config.credsStore;
  return name === undefined || name === '' ? undefined : new CredentialHelper(name);
}

/** The credentials for a registry, from its helper or the file; an empty object when there are none. */
export function findCredentials(config: ConfigFile, registry: string): RegistryAuth {
  const key = serverKey(registry);
  const helper = helperFor(config, key);
  if (helper === undefined) return credentialsInFile(config, key);
  const kept = helper.get(key);
  if (kept === undefined) return {};
  return kept.Username === TOKEN_NAME
    ? { serveraddress: key, identitytoken: kept.Secret }
    : { username: kept.Username, password: kept.Secret, serveraddress: key };
}

function credentialsInFile(config: ConfigFile, key: string): RegistryAuth {
  const auths = config.auths ?? {};
  // Keys of old configurations are whole URLs.
  const found = Object.hasOwn(auths, key) ? key : Object.keys(auths).find((other) => hostOf(other) === hostOf(key));
  const entry = found === undefined ? undefined : auths[found];
  if (found === undefined || entry === undefined) return {};
  const { auth = '', username, password } = entry;
  return {
    ...(auth === '' ? { ...(username && { username }), ...(password && { password }) } : decoded(auth, found)),
    serveraddress: found,
    ...(entry.identitytoken ? { identitytoken: entry.identitytoken } : {}),
    ...(entry.registrytoken ? { registrytoken: entry.registrytoken } : {}),
  };
}

/** `name:password` in base64. @throws CliError with docker's text */
function decoded(auth: string, server: string): { username: string; password: string } {
  const bytes = Buffer.from(auth, 'base64');
  const colon = bytes.indexOf(':');
  // Buffer leaves out what is no base64.
  if (colon <= 0 || bytes.toString('base64').replace(/=+$/, '') !== auth.replace(/=+$/, '')) {
    throw new CliError(`Invalid auth configuration file: the credentials for ${server} cannot be read`);
  }
  const [username, password] = [bytes.subarray(0, colon), bytes.subarray(colon + 1)].map((part) => part.toString());
  return { username: username ?? '', password: (password ?? '').replace(/\0+$/, '') };
}
