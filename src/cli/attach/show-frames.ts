import { readFrames } from '../../client/stream-frames.ts';
import type { Terminal } from '../io/terminal.ts';

/**
 * Writes a framed stream to our outputs, those that are wanted, as it comes.
 * @throws Error when the daemon reports one inside the stream
 */
export async function showFrames(
  chunks: AsyncIterable<Uint8Array>,
  io: Terminal,
  wanted: { readonly stdout: boolean; readonly stderr: boolean },
): Promise<void> {
  for await (const { stream, data } of readFrames(chunks)) {
    if (stream === 'system-error') throw new Error(`error from daemon in stream: ${Buffer.from(data).toString()}`);
    if (wanted[stream]) await io[stream].write(data);
  }
}
