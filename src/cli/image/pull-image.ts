import type { ApiClient } from '../../client/api-client.ts';
import { familiarRepository, parseReference, withDefaultTag } from '../../lib/image-reference.ts';
import { readJsonLines } from '../../lib/json-lines.ts';
import { CliError } from '../errors.ts';
import type { Output } from '../io/terminal.ts';

interface PullProgress {
  readonly status?: string;
  readonly id?: string;
  readonly progress?: string;
  readonly error?: string;
}

/**
 * Has the daemon pull an image. Its steps are reported one a line; the counting in between is left out.
 * @throws CliError when the daemon reports an error on the way
 */
export async function pullImage(
  client: ApiClient,
  image: string,
  options: { readonly platform?: string; readonly output?: Output | undefined },
): Promise<void> {
  const reference = withDefaultTag(parseReference(image));
  const query = {
    fromImage: familiarRepository(reference),
    tag: reference.digest ?? reference.tag,
    platform: options.platform || undefined,
  };
  const response = await client.request('POST', '/images/create', { query });
  for await (const line of readJsonLines(response.chunks())) {
    const { status, id, progress, error } = line as PullProgress;
    if (error !== undefined) throw new CliError(error);
    if (status === undefined || progress) continue;
    await options.output?.write(id === undefined ? `${status}\n` : `${id}: ${status}\n`);
  }
}
