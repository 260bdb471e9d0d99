import { fileOutput } from './file-output.ts';
import { processInput } from './process-input.ts';
import type { Terminal } from './terminal.ts';

/** The streams of this process. Nothing is opened before it is used. */
export function processTerminal(): Terminal {
  return { stdin: processInput(), stdout: fileOutput(1), stderr: fileOutput(2) };
}
