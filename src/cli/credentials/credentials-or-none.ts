import type { RegistryAuth } from '../../client/registries.ts';
import { messageOf } from '../../errors/engine-error.ts';
import type { ConfigFile } from '../config-file.ts';
import type { Output } from '../io/terminal.ts';
import { findCredentials } from './find-credentials.ts';

/**
 * The credentials for a registry. When they cannot be had there is a warning, and none: most images are for everybody,
 * and a helper that is missing on this machine must not keep anyone from them.
 */
export async function credentialsOrNone(config: ConfigFile, registry: string, stderr?: Output): Promise<RegistryAuth> {
  try {
    return findCredentials(config, registry);
  } catch (error) {
    await stderr?.write(`WARNING: ${messageOf(error)}\n`);
    return {};
  }
}
