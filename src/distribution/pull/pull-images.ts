import { EngineError, isEngineError } from '../../errors/engine-error.ts';
import type { ImageReference } from '../../lib/image-reference.ts';
import { familiarReference, familiarRepository, registryOf, repositoryPath } from '../../lib/image-reference.ts';
import type { Report } from '../../lib/progress.ts';
import type { DistributionContext } from '../context.ts';
import { RegistryError } from '../http/registry-error.ts';
import { listTags } from '../list-tags.ts';
import type { ImageSummary } from '../local-image-store.ts';
import { matchesPlatform, platformText } from '../manifest/choose-platform.ts';
import type { RegistryClient } from '../registry-client.ts';
import { retryText } from '../transfer/download-progress.ts';
import { withRegistry } from '../with-registry.ts';
import { pullImage } from './pull-image.ts';
import type { PullRequest } from './pull-request.ts';

/**
 * Pulls an image, or all tags of a repository, and tells of it as Docker does. Each image appears with its names at
 * once when all of it is here; what was fetched for one that failed goes again.
 * @throws not_found, internal with Docker's texts; the signal's reason
 */
export async function pullImages(
  context: DistributionContext,
  request: PullRequest,
  report: Report,
  signal: AbortSignal,
): Promise<void> {
  const { reference, credentials } = request;
  const onWait = (waitMs: number) => report({ status: retryText(waitMs) });
  const access = { registry: registryOf(reference.name), withMirrors: true, credentials, signal, onWait };
  try {
    const image = await withRegistry({ ...access, settings: context.settings }, (client) =>
      pullFrom(context, client, request, report, signal),
    );
    if (image !== undefined) checkPlatform(image, request);
  } catch (error) {
    throw inDockersWords(error, reference);
  }
}

async function pullFrom(
  context: DistributionContext,
  client: RegistryClient,
  request: PullRequest,
  report: Report,
  signal: AbortSignal,
): Promise<ImageSummary | undefined> {
  const { reference } = request;
  let isNew = false;
  let last: ImageSummary | undefined;
  for (const one of await referencesOf(client, reference, signal)) {
    const pulled = await pullImage(context, client, { ...request, reference: one }, report, signal);
    isNew ||= pulled.isNew;
    last = pulled.image;
  }
  const text = familiarReference(reference);
  report({ status: isNew ? `Status: Downloaded newer image for ${text}` : `Status: Image is up to date for ${text}` });
  await context.images.publish('pull', reference, last?.id);
  return last;
}

/** It is there for another platform only: it was pulled all the same. @throws not_found */
function checkPlatform(image: ImageSummary, { reference, platform }: PullRequest): void {
  if (platform === undefined || matchesPlatform(image, platform)) return;
  throw new EngineError(
    'not_found',
    `image with reference ${familiarReference(reference)} was found but does not match the specified platform: wanted ${platformText(platform)}, actual: ${platformText(image)}`,
  );
}

async function referencesOf(
  client: RegistryClient,
  reference: ImageReference,
  signal: AbortSignal,
): Promise<ImageReference[]> {
  if (reference.tag !== undefined || reference.digest !== undefined) return [reference];
  const tags = await listTags(client, repositoryPath(reference.name), signal);
  return tags.map((tag) => ({ ...reference, tag }));
}

function inDockersWords(error: unknown, reference: ImageReference): unknown {
  if (!(error instanceof RegistryError)) return error;
  const notFound = (text: string) => new EngineError('not_found', `${text}: ${error.message}`, { cause: error });
  switch (error.code) {
    case 'DENIED':
      return notFound(
        `pull access denied for ${familiarRepository(reference)}, repository does not exist or may require 'docker login'`,
      );
    case 'MANIFEST_UNKNOWN':
      return notFound(`manifest for ${familiarReference(reference)} not found`);
    case 'NAME_UNKNOWN':
      return notFound(`repository ${familiarRepository(reference)} not found`);
    default:
      return isEngineError(error, 'not_found') ? new EngineError('internal', error.message, { cause: error }) : error;
  }
}
