import { EngineError } from '../../errors/engine-error.ts';
import { platformMismatch } from '../../errors/images.ts';
import type { ImageId } from '../../lib/digest.ts';
import { familiarReference, familiarRepository, type ImageReference, registryOf } from '../../lib/image-reference.ts';
import type { Platform } from '../../lib/platform.ts';
import type { Report } from '../../lib/progress.ts';
import type { DistributionContext } from '../context.ts';
import type { Credentials } from '../credentials.ts';
import { matchesPlatform, platformText } from '../manifest/choose-platform.ts';
import { retryText } from '../transfer/download-progress.ts';
import { withRegistry } from '../with-registry.ts';
import { pushImage } from './push-image.ts';

export interface PushRequest {
  /** Without a tag it means all tags of the repository. */
  readonly reference: ImageReference;
  readonly credentials: Credentials;
  /** An image for another one is refused; undefined takes any. */
  readonly platform?: Platform;
}

/**
 * Pushes an image, or all tags of a repository, and tells of it as Docker does.
 * @throws not_found, internal with Docker's texts; the signal's reason
 */
export async function pushImages(
  context: DistributionContext,
  { reference, credentials, platform }: PushRequest,
  report: Report,
  signal: AbortSignal,
): Promise<void> {
  report({ status: `The push refers to repository [${reference.name}]` });
  const pushed = imagesNamed(context, reference);
  if (platform !== undefined) await refuseOtherPlatforms(context, pushed, platform);
  const onWait = (waitMs: number) => report({ status: retryText(waitMs) });
  const access = { registry: registryOf(reference.name), withMirrors: false, credentials, signal, onWait };
  await withRegistry({ ...access, settings: context.settings }, async (client) => {
    for (const { name, id } of pushed) await pushImage(context, client, { name, id }, report, signal);
  });
  await context.images.publish('push', reference, pushed.at(-1)?.id);
}

interface NamedImage {
  readonly name: ImageReference & { readonly tag: string };
  readonly id: ImageId;
}

function imagesNamed({ images }: DistributionContext, reference: ImageReference): NamedImage[] {
  const all = images.tagsOf(reference.name);
  if (all.length === 0) {
    const repository = familiarRepository(reference);
    throw new EngineError('not_found', `An image does not exist locally with the tag: ${repository}`);
  }
  const wanted = reference.tag === undefined ? all : [reference];
  return wanted.map((name) => {
    const id = images.idOf(name);
    const { tag } = name;
    if (id === undefined || tag === undefined) {
      throw new EngineError('not_found', `tag does not exist: ${familiarReference(name)}`);
    }
    return { name: { ...name, tag }, id };
  });
}

async function refuseOtherPlatforms(
  { images }: DistributionContext,
  pushed: readonly NamedImage[],
  platform: Platform,
): Promise<void> {
  for (const { name, id } of pushed) {
    const image = await images.get(id);
    if (!matchesPlatform(image, platform)) {
      throw platformMismatch(familiarReference(name), platformText(image), platformText(platform));
    }
  }
}
