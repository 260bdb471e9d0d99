import { createHash, randomBytes } from 'node:crypto';

export interface ArchiveShape {
  /** The name that the image has after a load. */
  readonly name: string;
  readonly layers: number;
  readonly filesPerLayer: number;
  readonly fileBytes: number;
}

const BLOCK = 512;
/** What half of each file consists of: programs and texts are compressed to a half or third of their size. */
const WORDS = 'the quick brown fox jumps over the lazy dog and runs on through the layers of an image ';

/** An image in docker-archive form, as `docker load` takes it; its content is another one at each call. */
export function* imageArchive(shape: ArchiveShape): Generator<Buffer> {
  const layers = Array.from({ length: shape.layers }, (_, index) => layerTar(shape, index));
  const diffIds = layers.map((layer) => `sha256:${createHash('sha256').update(layer).digest('hex')}`);
  const config = Buffer.from(
    JSON.stringify({
      architecture: process.arch === 'x64' ? 'amd64' : process.arch,
      os: 'linux',
      config: { Cmd: ['/none'] },
      rootfs: { type: 'layers', diff_ids: diffIds },
    }),
  );
  const manifest = [{ Config: 'config.json', RepoTags: [shape.name], Layers: layers.map((_, n) => `${n}.tar`) }];
  yield file('config.json', config);
  yield file('manifest.json', Buffer.from(JSON.stringify(manifest)));
  for (const [index, layer] of layers.entries()) yield file(`${index}.tar`, layer);
  yield Buffer.alloc(2 * BLOCK);
}

function layerTar({ filesPerLayer, fileBytes }: ArchiveShape, layer: number): Buffer {
  const parts: Buffer[] = [];
  for (let index = 0; index < filesPerLayer; index++) {
    const half = fileBytes >> 1;
    const content = Buffer.concat([randomBytes(half), Buffer.alloc(fileBytes - half, WORDS)]);
    parts.push(file(`layer${layer}/folder${index % 50}/file${index}`, content));
  }
  return Buffer.concat([...parts, Buffer.alloc(2 * BLOCK)]);
}

/** One entry of a tar archive (ustar), padded. */
function file(name: string, content: Buffer): Buffer {
  const header = Buffer.alloc(BLOCK);
  header.write(name, 0);
  header.write('0000644\0', 100);
  header.write('0000000\0', 108);
  header.write('0000000\0', 116);
  header.write(`${content.length.toString(8).padStart(11, '0')}\0`, 124);
  header.write('00000000000\0', 136);
  header.write('        0', 148);
  header.write('ustar\u000000', 257);
  const sum = header.reduce((total, byte) => total + byte, 0);
  header.write(`${sum.toString(8).padStart(6, '0')}\0 `, 148);
  return Buffer.concat([header, content, Buffer.alloc((BLOCK - (content.length % BLOCK)) % BLOCK)]);
}
