import type { Terminal } from './io/terminal.ts';

/** One call of the program. */
export interface Invocation {
  /** The words after the program's name. */
  readonly argv: readonly string[];
  readonly programName: string;
  readonly env: NodeJS.ProcessEnv;
  readonly io: Terminal;
}
