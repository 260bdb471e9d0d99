import type { RegistryAuth } from '../../client/registries.ts';
import { messageOf } from '../../errors/engine-error.ts';
import type { ConfigFile } from '../config-file.ts';
import type { Output } from '../io/terminal.ts';
import { CredentialHelper } from './credential-helper.ts';
import { credentialsOrNone } from './credentials-or-none.ts';

/** The credentials of every registry that the configuration or its helpers know, by their keys; warns as they fail. */
export async function allCredentials(config: ConfigFile, stderr: Output): Promise<Record<string, RegistryAuth>> {
  const keys = new Set([
    ...Object.keys(config.auths ?? {}),
    ...Object.keys(config.credHelpers ?? {}),
    ...(await serversInStore(config, stderr)),
  ]);
  const found: [string, RegistryAuth][] = [];
  for (const key of keys) found.push([key, await credentialsOrNone(config, key, stderr)]);
  return Object.fromEntries(found.filter(([, auth]) => Object.keys(auth).length > 0));
}

async function serversInStore({ credsStore = '' }: ConfigFile, stderr: Output): Promise<string[]> {
  if (credsStore === '') return [];
  try {
    return new CredentialHelper(credsStore).servers();
  } catch (error) {
    await stderr.write(`WARNING: ${messageOf(error)}\n`);
    return [];
  }
}
