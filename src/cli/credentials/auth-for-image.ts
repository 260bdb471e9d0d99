import type { RegistryAuth } from '../../client/registries.ts';
import { type ImageReference, registryOf } from '../../lib/image-reference.ts';
import type { ConfigFile } from '../config-file.ts';
import { findCredentials } from './find-credentials.ts';

/** The credentials for the registry that an image's full name begins with. */
export function authForImage(config: ConfigFile, { name }: ImageReference): RegistryAuth {
  return findCredentials(config, registryOf(name));
}
