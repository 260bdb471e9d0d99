import type { RegistryAuth } from '../../client/registries.ts';
import { type ImageReference, registryOf } from '../../lib/image-reference.ts';
import type { ConfigFile } from '../config-file.ts';
import type { Output } from '../io/terminal.ts';
import { credentialsOrNone } from './credentials-or-none.ts';

/** The credentials for the registry that an image's full name begins with. */
export function authForImage(config: ConfigFile, { name }: ImageReference, stderr?: Output): Promise<RegistryAuth> {
  return credentialsOrNone(config, registryOf(name), stderr);
}
