import type { RegistryAuth } from '../../client/registries.ts';
import type { ConfigFile } from '../config-file.ts';
import { findCredentials } from './find-credentials.ts';

/** The credentials of every registry that the configuration knows, by its keys. */
export function allCredentials(config: ConfigFile): Record<string, RegistryAuth> {
  const keys = new Set([...Object.keys(config.auths ?? {}), ...Object.keys(config.credHelpers ?? {})]);
  return Object.fromEntries([...keys].map((key) => [key, findCredentials(config, key)]));
}
