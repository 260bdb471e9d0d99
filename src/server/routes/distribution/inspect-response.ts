import type { DistributionInspectResponse } from '../../../api-types/distribution.ts';
import type { RemoteManifest } from './backend.ts';

export function inspectResponse(manifest: RemoteManifest): DistributionInspectResponse {
  const { mediaType, digest, sizeBytes, platforms } = manifest;
  return {
    Descriptor: { mediaType, digest, size: sizeBytes },
    Platforms: platforms.map(({ architecture, os, variant }) => ({
      architecture,
      os,
      ...(variant === undefined ? {} : { variant }),
    })),
  };
}
