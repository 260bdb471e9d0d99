import type { ApiClient } from '../client/api-client.ts';
import type { ArgumentRule } from './arguments.ts';
import type { ConfigFile } from './config-file.ts';
import type { FlagSet, FlagValues } from './flags/flag.ts';
import type { Terminal } from './io/terminal.ts';

/**
 * How a command is made: `export const command = defineCommand({ … })` in `src/cli/<noun>/<verb>.ts`, and one line in
 * `registry.ts`, which knows its paths (`container run`, `run`) and its one-line description and loads the file only
 * when the command is called.
 *
 * `run` returns the exit code (nothing means 0) or throws: a `CliError` prints its message as it stands, an `ApiError`
 * prints `Error response from daemon: …`, both as docker does.
 */
export interface Command<F extends FlagSet = FlagSet> {
  /** What follows the command's path in its usage line: `[OPTIONS] IMAGE [COMMAND] [ARG...]`. */
  readonly usage: string;
  /** Shown in the help instead of the registry's line, where docker has a longer text. */
  readonly description?: string;
  readonly args: ArgumentRule;
  /** False ends the flags at the first argument: for commands that carry another command's arguments (run, exec). */
  readonly interspersed?: boolean;
  readonly flags: F;
  run(context: Context<F>): Promise<number | undefined>;
}

export interface Context<F extends FlagSet = FlagSet> {
  /** The values by flag name: `flags['no-trunc']`. */
  readonly flags: FlagValues<F>;
  /** Whether the user gave the flag, whatever its value. */
  readonly changed: (flag: keyof F & string) => boolean;
  readonly args: readonly string[];
  /** Made at the first use; nothing is sent before a request is made. */
  readonly client: ApiClient;
  readonly io: Terminal;
  /** `~/.docker/config.json`, read at the first use. */
  readonly config: ConfigFile;
  /** Where that file is. */
  readonly configFolder: string;
  /** `skiff`, or `docker` when called so. */
  readonly programName: string;
  /** The command as the user typed it: `docker run`, `docker container run`. */
  readonly path: string;
}

/** A definition whose flag values are typed by its declarations. */
export function defineCommand<const F extends FlagSet>(command: Command<F>): Command<F> {
  return command;
}
