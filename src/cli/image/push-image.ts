import type { ApiClient } from '../../client/api-client.ts';
import { pushImage } from '../../client/registries.ts';
import type { ImageReference } from '../../lib/image-reference.ts';
import { authForImage } from '../credentials/auth-for-image.ts';
import { type PullOptions, showTransfer } from './pull-image.ts';

/** Has the daemon push an image; without a tag all of that name. @throws CliError with the daemon's text */
export async function pushReference(
  client: ApiClient,
  reference: ImageReference,
  { platform, config, stderr, output }: PullOptions,
): Promise<void> {
  const { name, tag } = reference;
  const auth = await authForImage(config, reference, stderr);
  const answer = await pushImage(client, { repository: name, tag, platform }, auth);
  await showTransfer(answer, output);
}
