import { frameHeader } from '../lib/stream-frame.ts';

interface Output {
  readonly stream: 'stdout' | 'stderr';
  readonly data: Uint8Array;
}

/** Output as it goes over the wire, in frames, or raw for terminals. A batch becomes one write: lines are often short. */
export async function* outputFrames(
  batches: AsyncIterable<readonly Output[]>,
  multiplexed: boolean,
): AsyncGenerator<Uint8Array> {
  for await (const batch of batches) {
    yield Buffer.concat(
      batch.flatMap(({ stream, data }) => (multiplexed ? [frameHeader(stream, data.length), data] : [data])),
    );
  }
}
