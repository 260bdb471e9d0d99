import { type ChildProcessWithoutNullStreams, spawn } from 'node:child_process';
import { fileURLToPath } from 'node:url';
import type { CommandOptions, CommandResult } from './command.ts';
import { runCommand } from './command.ts';
import type { TestDaemon } from './daemon.ts';
import { dockerCli } from './docker-cli.ts';

/** A command line that must work against the daemon: our own and Docker's, by the same tests. */
export interface Cli {
  readonly name: string;
  /** Why it cannot be tested here, or false. */
  readonly skip: string | false;
  run(daemon: TestDaemon, args: readonly string[], options?: CommandOptions): Promise<CommandResult>;
  spawn(daemon: TestDaemon, args: readonly string[]): ChildProcessWithoutNullStreams;
  /** The same as a line for a shell. */
  line(daemon: TestDaemon, args: string): string;
}

function commandLine(name: string, file: string, skip: string | false): Cli {
  return {
    name,
    skip,
    run: (daemon, args, options) => runCommand(file, ['-H', daemon.host, ...args], options),
    spawn: (daemon, args) => spawn(file, ['-H', daemon.host, ...args]),
    line: (daemon, args) => `${file} -H ${daemon.host} ${args}`,
  };
}

export const clis: readonly Cli[] = [
  commandLine('docker', 'docker', dockerCli.skip),
  commandLine('skiff', fileURLToPath(new URL('../../bin/skiff', import.meta.url)), false),
];
