import { CliError } from './errors.ts';
import { FlagError } from './flags/parse.ts';

/** docker's exit code for flags that it does not understand, whatever the command. */
const WRONG_FLAGS = 125;

/** The parsed flags, or what is wrong with them together with the usage line of the command at `path`. */
export function orUsage<T>(parse: () => T, program: string, path: string, usage: string): T {
  try {
    return parse();
  } catch (error) {
    if (!(error instanceof FlagError)) throw error;
    const full = path === '' ? program : `${program} ${path}`;
    const text = `${error.message}\n\nUsage:  ${usage}\n\nRun '${full} --help' for more information`;
    throw new CliError(text, WRONG_FLAGS, { cause: error });
  }
}
