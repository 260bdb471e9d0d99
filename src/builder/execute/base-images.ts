import { isEngineError } from '../../errors/engine-error.ts';
import type { ImageDocument } from '../../images/image-document.ts';
import type { Platform } from '../../lib/platform.ts';
import type { BuilderImages } from '../backend.ts';
import type { BaseImage } from '../plan/build-plan.ts';
import type { BuildProgress } from './build-progress.ts';
import type { BuildRequest } from './build-request.ts';

interface WantedBase {
  readonly reference: string;
  /** What it is taken for where it does not say itself. */
  readonly platform: Platform;
}

/** An image that is here, or was pulled. */
export async function findBase(
  images: BuilderImages,
  { pull, logins, signal, platform }: BuildRequest,
  progress: BuildProgress,
  wanted: WantedBase,
): Promise<BaseImage> {
  const { reference } = wanted;
  const known = pull ? undefined : await localImage(images, reference);
  if (known !== undefined) return asBase(known, wanted);
  await images.pull(reference, { platform, logins, signal, report: (message) => progress.message(message) });
  return asBase(await images.resolve(reference), wanted);
}

/** For a check, which fetches nothing: of an image that is not here, nothing is known but its name. */
export async function baseAtHand(images: BuilderImages, wanted: WantedBase): Promise<BaseImage> {
  const known = await localImage(images, wanted.reference);
  return known === undefined ? { ...wanted, id: '', config: {}, author: undefined } : asBase(known, wanted);
}

/** Undefined for one that is not here. */
export async function localImage(images: BuilderImages, reference: string): Promise<ImageDocument | undefined> {
  try {
    return await images.resolve(reference);
  } catch (error) {
    if (isEngineError(error, 'not_found')) return undefined;
    throw error;
  }
}

function asBase(image: ImageDocument, { reference, platform }: WantedBase): BaseImage {
  const { id, config, author, os, architecture, variant } = image;
  return { reference, id, config, author, platform: architecture === '' ? platform : { os, architecture, variant } };
}
