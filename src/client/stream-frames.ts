export interface FramePart {
  readonly stream: 'stdout' | 'stderr' | 'system-error';
  readonly data: Uint8Array;
}

const HEADER_BYTES = 8;
const STREAMS: Readonly<Record<number, FramePart['stream']>> = {
  0: 'stdout',
  1: 'stdout',
  2: 'stderr',
  3: 'system-error',
};

/**
 * Takes apart Docker's framed stream: one byte for the stream, three of nothing, four for the length, then the data.
 * Frames may be cut anywhere by the chunks; data is handed on as it comes, without collecting whole frames.
 * @throws Error when the bytes are no frames, or end inside one
 */
export async function* readFrames(chunks: AsyncIterable<Uint8Array>): AsyncGenerator<FramePart> {
  const header = new Uint8Array(HEADER_BYTES);
  let filled = 0;
  let stream: FramePart['stream'] = 'stdout';
  let missing = 0;
  for await (const chunk of chunks) {
    let at = 0;
    while (at < chunk.length) {
      if (missing > 0) {
        const data = chunk.subarray(at, at + missing);
        at += data.length;
        missing -= data.length;
        yield { stream, data };
        continue;
      }
      const piece = chunk.subarray(at, at + HEADER_BYTES - filled);
      header.set(piece, filled);
      filled += piece.length;
      at += piece.length;
      if (filled < HEADER_BYTES) break;
      filled = 0;
      stream = streamOf(header[0] ?? 0);
      missing = new DataView(header.buffer).getUint32(4);
    }
  }
  if (missing > 0 || filled > 0) throw new Error('unexpected EOF');
}

function streamOf(code: number): FramePart['stream'] {
  const stream = STREAMS[code];
  if (stream === undefined) throw new Error(`unrecognized stream: ${code}`);
  return stream;
}
