import { isTerminal } from './is-terminal.ts';
import type { Input } from './terminal.ts';

export function processInput(): Input {
  return {
    get isTerminal() {
      return isTerminal(0);
    },
    async *chunks() {
      for await (const chunk of process.stdin) yield chunk as Uint8Array;
    },
    makeRaw() {
      if (!isTerminal(0)) return () => undefined;
      process.stdin.setRawMode(true);
      keepOutputAsItIs();
      return () => void process.stdin.setRawMode(false);
    },
  };
}

/**
 * The runtime's raw mode still has the terminal turn every line feed into two characters, which garbles programs that
 * draw on the screen. Where there is no `stty` it stays so.
 */
function keepOutputAsItIs(): void {
  const { spawnSync } = process.getBuiltinModule('node:child_process');
  spawnSync('stty', ['-opost'], { stdio: ['inherit', 'ignore', 'ignore'] });
}
