import { posix } from 'node:path';
import type { ContainerConfig } from '../../api-types/container-config.ts';
import { invalidArgument } from '../../errors/engine-error.ts';
import { parseSignal } from '../../lib/signals.ts';
import { checkHealthcheck } from './check-healthcheck.ts';

/** Values of what a client gives that are wrong by themselves. @throws invalid_argument with Docker's texts. */
export function checkConfig(config: ContainerConfig): void {
  const { WorkingDir: directory, StopSignal: signal } = config;
  if (directory !== '' && !posix.isAbsolute(directory)) {
    throw invalidArgument(`the working directory '${directory}' is invalid, it needs to be an absolute path`);
  }
  if (signal !== undefined && signal !== '' && parseSignal(signal) === undefined) {
    throw invalidArgument(`invalid signal: ${signal}`);
  }
  checkHealthcheck(config);
  for (const variable of config.Env ?? []) {
    if (variable.split('=', 1)[0] === '') throw invalidArgument(`invalid environment variable: ${variable}`);
  }
}

/** The program and its arguments. @throws invalid_argument when there is none. */
export function commandOf(config: ContainerConfig): { readonly path: string; readonly args: readonly string[] } {
  const [path, ...args] = [...(config.Entrypoint ?? []), ...(config.Cmd ?? [])];
  if (path === undefined) throw invalidArgument('no command specified');
  return { path, args };
}
