import { type Digest, digestOf, hexOf, type ImageId } from '../../lib/digest.ts';
import { tarEnd, tarHeader, tarPadding } from '../save/tar-header.ts';

/** A tar with these files; a value that is text is a file's content, `{ link }` a symbolic link. */
export function tarOf(files: Readonly<Record<string, string | Buffer | { readonly link: string }>>): Buffer {
  const parts = Object.entries(files).flatMap(([name, value]) => {
    if (typeof value === 'object' && 'link' in value) return [symlinkHeader(name, value.link)];
    const data = Buffer.from(value);
    const header = tarHeader({ name, type: 'file', sizeBytes: data.length, mtimeSeconds: 0 });
    return [header, data, tarPadding(data.length)];
  });
  return Buffer.concat([...parts, tarEnd()]);
}

function symlinkHeader(name: string, target: string): Buffer {
  const header = tarHeader({ name, type: 'file', sizeBytes: 0, mtimeSeconds: 0 });
  header.write('2', 156);
  header.write(target, 157);
  header.write(' '.repeat(8), 148);
  const sum = header.reduce((total, byte) => total + byte, 0);
  header.write(`${sum.toString(8).padStart(6, '0')}\0 `, 148);
  return header;
}

export interface MadeImage {
  readonly id: ImageId;
  readonly config: Buffer;
  readonly layers: readonly Buffer[];
}

/** An image whose layers hold one file each. */
export function makeImage(files: readonly string[], config: object = {}, created = '2024-01-01T00:00:00Z'): MadeImage {
  const layers = files.map((text) => tarOf({ file: text }));
  const json = Buffer.from(
    JSON.stringify({
      architecture: 'amd64',
      os: 'linux',
      created,
      config,
      rootfs: { type: 'layers', diff_ids: layers.map((layer) => digestOf(layer)) },
      history: layers.map(() => ({ created, created_by: 'test' })),
    }),
  );
  return { id: digestOf(json) as string as ImageId, config: json, layers };
}

export function blobPath(bytes: Buffer | Digest): string {
  return `blobs/sha256/${hexOf(typeof bytes === 'string' ? bytes : digestOf(bytes))}`;
}

/** As `docker save` writes it, of images and their names. */
export function dockerArchive(images: readonly (readonly [MadeImage, ...string[]])[]): Buffer {
  const files: Record<string, Buffer | string> = {};
  const manifest = images.map(([image, ...names]) => {
    for (const blob of [image.config, ...image.layers]) files[blobPath(blob)] = blob;
    return { Config: blobPath(image.config), RepoTags: names, Layers: image.layers.map(blobPath) };
  });
  return tarOf({ ...files, 'manifest.json': JSON.stringify(manifest) });
}
