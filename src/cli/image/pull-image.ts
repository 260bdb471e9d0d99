import type { ApiClient } from '../../client/api-client.ts';
import { pullImage as sendPull } from '../../client/registries.ts';
import type { TransportResponse } from '../../client/transport.ts';
import { type ImageReference, parseReference, withDefaultTag } from '../../lib/image-reference.ts';
import type { ConfigFile } from '../config-file.ts';
import { authForImage } from '../credentials/auth-for-image.ts';
import { showMessages } from '../io/show-messages.ts';
import type { Output } from '../io/terminal.ts';

export interface PullOptions {
  readonly platform: string;
  readonly config: ConfigFile;
  /** For warnings about credentials that cannot be had. */
  readonly stderr?: Output;
  /** Where the progress is shown; undefined shows nothing. */
  readonly output: Output | undefined;
}

/** Has the daemon pull an image: `latest` without a tag. @throws CliError when the daemon reports an error on the way */
export async function pullImage(client: ApiClient, image: string, options: PullOptions): Promise<void> {
  await pullReference(client, withDefaultTag(parseReference(image)), options);
}

/** Without a tag or digest: all tags. */
export async function pullReference(
  client: ApiClient,
  reference: ImageReference,
  { platform, config, stderr, output }: PullOptions,
): Promise<void> {
  const { name, tag, digest } = reference;
  const wanted = { repository: name, tagOrDigest: digest ?? tag, platform };
  await showTransfer(await sendPull(client, wanted, await authForImage(config, reference, stderr)), output);
}

/** Shows the messages of a pull or push to its end. @throws CliError with the daemon's text */
export async function showTransfer(answer: TransportResponse, output: Output | undefined): Promise<void> {
  await showMessages(answer, output ?? SILENT);
}

const SILENT: Output = { isTerminal: false, columns: undefined, rows: undefined, write: async () => undefined };
