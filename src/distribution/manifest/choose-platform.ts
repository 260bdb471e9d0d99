import { EngineError } from '../../errors/engine-error.ts';
import { hostPlatform, type Platform } from '../../lib/platform.ts';
import type { Descriptor, DescriptorPlatform } from './manifest.ts';

/** What stands where no variant is named. */
const USUAL_VARIANTS: Readonly<Record<string, string>> = { arm64: 'v8', arm: 'v7', amd64: 'v1' };
/** The oldest variant whose programs newer processors of the kind still run. */
const OLDEST: Readonly<Record<string, number>> = { arm64: 8, arm: 5, amd64: 1 };

/**
 * The entry of an index that suits the platform best, in containerd's order: the variant that was asked for, older ones,
 * the 32-bit programs that the processor runs, and last one that does not say what it is for.
 * @throws not_found with Docker's text
 */
export function choosePlatform(manifests: readonly Descriptor[], wanted: Platform = hostPlatform()): Descriptor {
  const images = manifests.filter(({ annotations }) => annotations['vnd.docker.reference.type'] === undefined);
  for (const one of runnableOn(wanted)) {
    const found = images.find(({ platform }) => platform !== undefined && isSame(platform, one));
    if (found !== undefined) return found;
  }
  const unnamed = images.find(
    ({ platform }) => platform === undefined || `${platform.os}${platform.architecture}` === '',
  );
  if (unnamed !== undefined) return unnamed;
  throw new EngineError('not_found', `no matching manifest for ${platformText(wanted)} in the manifest list entries`);
}

/** The image runs where this platform is wanted. A variant counts only where it differs from the usual one. */
export function matchesPlatform(platform: DescriptorPlatform, wanted: Platform): boolean {
  return runnableOn(wanted).some((one) => isSame(platform, one));
}

export function platformText({ os, architecture, variant }: Platform | DescriptorPlatform): string {
  return [os, architecture, variant].filter((part) => part !== undefined && part !== '').join('/');
}

/** What runs on a platform, the best first. */
function runnableOn({ os, architecture, variant = usualVariant(architecture) }: Platform): Platform[] {
  const variants = [variant, ...olderVariants(architecture, variant)];
  const own = variants.map((one) => ({ os, architecture, variant: one }));
  if (architecture === 'amd64') return [...own, { os, architecture: '386', variant: undefined }];
  return architecture === 'arm64' ? [...own, ...runnableOn({ os, architecture: 'arm', variant: 'v8' })] : own;
}

function olderVariants(architecture: string, variant: string): string[] {
  const newest = Number(/^v(\d{1,2})$/.exec(variant)?.[1] ?? 0);
  const oldest = OLDEST[architecture] ?? newest;
  return Array.from({ length: Math.max(0, newest - oldest) }, (_, index) => `v${newest - 1 - index}`);
}

function isSame(platform: DescriptorPlatform, wanted: Platform): boolean {
  if (platform.os !== wanted.os || platform.architecture !== wanted.architecture) return false;
  const usual = usualVariant(wanted.architecture);
  return (platform.variant || usual) === (wanted.variant || usual);
}

function usualVariant(architecture: string): string {
  return USUAL_VARIANTS[architecture] ?? '';
}
