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
      return () => void process.stdin.setRawMode(false);
    },
  };
}
