import { EngineError } from '../../errors/engine-error.ts';
import { hostPlatform, type Platform } from '../../lib/platform.ts';
import type { Descriptor, DescriptorPlatform } from './manifest.ts';

/** What stands where no variant is named. */
const USUAL_VARIANTS: Readonly<Record<string, string>> = { arm64: 'v8', arm: 'v7', amd64: 'v1' };
/** Older processors of the kind whose programs also run. */
const RUNS: Readonly<Record<string, readonly string[]>> = { v8: ['v7', 'v6', 'v5'], v7: ['v6', 'v5'], v6: ['v5'] };

/**
 * The image of an index that suits the platform best: the variant that was asked for, then older ones that it runs.
 * @throws not_found with Docker's text
 */
export function choosePlatform(manifests: readonly Descriptor[], wanted: Platform = hostPlatform()): Descriptor {
  const images = manifests.filter(({ annotations }) => annotations['vnd.docker.reference.type'] === undefined);
  const variant = wanted.variant ?? usualVariant(wanted.architecture);
  const acceptable = [variant, ...(wanted.architecture === 'arm' ? (RUNS[variant] ?? []) : [])];
  for (const one of acceptable) {
    const found = images.find(
      ({ platform }) => platform !== undefined && matchesPlatform(platform, { ...wanted, variant: one }),
    );
    if (found !== undefined) return found;
  }
  throw new EngineError('not_found', `no matching manifest for ${platformText(wanted)} in the manifest list entries`);
}

/** The same operating system and processor; a variant counts only where it differs from the usual one. */
export function matchesPlatform(platform: DescriptorPlatform, wanted: Platform): boolean {
  if (platform.os !== wanted.os || platform.architecture !== wanted.architecture) return false;
  const usual = usualVariant(wanted.architecture);
  return (platform.variant || usual) === (wanted.variant || usual);
}

export function platformText({ os, architecture, variant }: Platform | DescriptorPlatform): string {
  return [os, architecture, variant].filter((part) => part !== undefined && part !== '').join('/');
}

function usualVariant(architecture: string): string {
  return USUAL_VARIANTS[architecture] ?? '';
}
