import { pause } from '../../lib/pause.ts';
import type { Output } from '../io/terminal.ts';

export type Resize = (rows: number, columns: number) => Promise<void>;

const FIRST_ATTEMPTS = 6;
const ATTEMPT_GAP_MS = 10;

/**
 * Gives the other side the size of our terminal now and whenever it changes; answers how to stop. A process that has
 * just been started may not be ready for its first size, so that is tried a few times.
 */
export function followSize(output: Output, resize: Resize): () => void {
  const send = async (attempts: number): Promise<void> => {
    for (let attempt = 1; attempt <= attempts; attempt++) {
      const { rows, columns } = output;
      if (rows === undefined || columns === undefined || rows * columns === 0) return;
      try {
        return await resize(rows, columns);
      } catch {
        // The process is not there yet, or no longer; a wrong size is no reason to end a session.
        await pause(attempt * ATTEMPT_GAP_MS);
      }
    }
  };
  const changed = (): void => void send(1);
  process.on('SIGWINCH', changed);
  void send(FIRST_ATTEMPTS);
  return () => void process.off('SIGWINCH', changed);
}
