import type { RegistryAuth } from '../../client/registries.ts';
import type { ConfigFile } from '../config-file.ts';
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
  const text = atob(entry.auth ?? '');
  const colon = text.indexOf(':');
  const bytes = Uint8Array.from(text, (character) => character.charCodeAt(0));
  const decoder = new TextDecoder();
  return {
    ...(colon < 0
      ? {}
      : {
          username: decoder.decode(bytes.subarray(0, colon)),
          password: decoder.decode(bytes.subarray(colon + 1)).replace(/\0+$/, ''),
        }),
    serveraddress: found,
    ...(entry.identitytoken ? { identitytoken: entry.identitytoken } : {}),
    ...(entry.registrytoken ? { registrytoken: entry.registrytoken } : {}),
  };
}
