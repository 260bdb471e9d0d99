import type { Digest } from '../../lib/digest.ts';

export interface Descriptor {
  readonly mediaType: string;
  readonly digest: Digest;
  readonly sizeBytes: number;
  /** Where a foreign layer may be had. */
  readonly urls: readonly string[];
  readonly annotations: Readonly<Record<string, unknown>>;
  readonly platform: DescriptorPlatform | undefined;
}

export interface DescriptorPlatform {
  readonly os: string;
  readonly architecture: string;
  readonly variant: string | undefined;
}

interface ManifestBytes {
  readonly mediaType: string;
  /** Of exactly these bytes. */
  readonly digest: Digest;
  readonly bytes: Buffer;
}

/** One image. */
export interface ImageManifest extends ManifestBytes {
  readonly kind: 'image';
  readonly config: Descriptor;
  /** The lowest first. */
  readonly layers: readonly Descriptor[];
}

/** Images of the same thing for several platforms. */
export interface ImageIndex extends ManifestBytes {
  readonly kind: 'index';
  readonly manifests: readonly Descriptor[];
}

export type Manifest = ImageManifest | ImageIndex;
