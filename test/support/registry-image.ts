import { createHash } from 'node:crypto';
import { gzipSync, zstdCompressSync } from 'node:zlib';
import { tarOf } from './tar.ts';

export interface Blob {
  readonly mediaType: string;
  readonly digest: string;
  readonly bytes: Buffer;
}

/** An image in the form that registries keep it. */
export interface RegistryImage {
  readonly config: Blob;
  readonly layers: readonly Blob[];
  readonly manifest: Blob;
}

export interface ImageShape {
  /** One file for each layer: its name and content. */
  readonly files: Readonly<Record<string, string | Buffer>>;
  readonly compression?: 'gzip' | 'zstd' | 'none';
  readonly form?: 'docker' | 'oci';
  readonly architecture?: string;
  /** All layers, so many times over. */
  readonly times?: number;
  /** Changes the manifest before it is written. */
  readonly change?: (manifest: Record<string, unknown>) => void;
}

const COMPRESS = { gzip: gzipSync, zstd: zstdCompressSync, none: (bytes: Buffer) => bytes };
const HOST = process.arch === 'x64' ? 'amd64' : process.arch;

export function blobOf(mediaType: string, content: Buffer | object): Blob {
  const bytes = Buffer.isBuffer(content) ? content : Buffer.from(JSON.stringify(content));
  return { mediaType, bytes, digest: digestOf(bytes) };
}

export function digestOf(bytes: Buffer): string {
  return `sha256:${createHash('sha256').update(bytes).digest('hex')}`;
}

export function descriptorOf({ mediaType, digest, bytes }: Blob) {
  return { mediaType, digest, size: bytes.length };
}

export function registryImage(shape: ImageShape): RegistryImage {
  const { compression = 'gzip', form = 'docker', architecture = HOST, times = 1 } = shape;
  const isOci = form === 'oci';
  const once = Object.entries(shape.files).map(([name, content]) => tarOf(name, Buffer.from(content)));
  const tars = Array.from({ length: times }, () => once).flat();
  const config = blobOf(
    isOci ? 'application/vnd.oci.image.config.v1+json' : 'application/vnd.docker.container.image.v1+json',
    {
      architecture,
      os: 'linux',
      config: { Cmd: ['/none'] },
      rootfs: { type: 'layers', diff_ids: tars.map(digestOf) },
    },
  );
  const suffix = compression === 'none' ? '' : `+${compression}`;
  const layerType = isOci
    ? `application/vnd.oci.image.layer.v1.tar${suffix}`
    : `application/vnd.docker.image.rootfs.diff.tar${suffix.replace('+', '.')}`;
  const layers = tars.map((tar) => blobOf(layerType, COMPRESS[compression](tar)));
  const document: Record<string, unknown> = {
    schemaVersion: 2,
    mediaType: isOci
      ? 'application/vnd.oci.image.manifest.v1+json'
      : 'application/vnd.docker.distribution.manifest.v2+json',
    config: descriptorOf(config),
    layers: layers.map(descriptorOf),
  };
  shape.change?.(document);
  // As Docker writes manifests, byte for byte.
  const bytes = Buffer.from(JSON.stringify(document, null, 3));
  return { config, layers, manifest: blobOf(String(document['mediaType']), bytes) };
}

/** An index of images by platform, `linux/amd64` and so on. */
export function registryIndex(images: Readonly<Record<string, RegistryImage>>, form: 'docker' | 'oci' = 'oci'): Blob {
  const mediaType =
    form === 'oci'
      ? 'application/vnd.oci.image.index.v1+json'
      : 'application/vnd.docker.distribution.manifest.list.v2+json';
  const manifests = Object.entries(images).map(([platform, { manifest }]) => {
    const [os, architecture, variant] = platform.split('/');
    return { ...descriptorOf(manifest), platform: { os, architecture, ...(variant === undefined ? {} : { variant }) } };
  });
  return blobOf(mediaType, { schemaVersion: 2, mediaType, manifests });
}

/** An OCI index of whatever is described, which may be an index itself. */
export function indexOf(manifests: readonly object[]): Blob {
  const mediaType = 'application/vnd.oci.image.index.v1+json';
  return blobOf(mediaType, { schemaVersion: 2, mediaType, manifests });
}
