import { invalidArgument } from '../../errors/engine-error.ts';
import type { CommandLine, ProcessCommand, RunCommand } from './command.ts';
import type { Instruction } from './dockerfile.ts';
import { parseFlags } from './flags.ts';
import { parseJsonArguments } from './json-arguments.ts';
import { checkMount } from './parse-mount.ts';

/** `RUN [flags] command line` or `RUN [flags] ["program", "argument"]`. */
export function parseRun(instruction: Instruction): RunCommand {
  const line = parseCommandLine(instruction.rest);
  const flags = parseFlags(instruction.flags, {
    mount: 'texts',
    network: 'text',
    security: 'text',
    device: 'texts',
  });
  const mounts = flags.texts('mount');
  for (const mount of mounts) checkMount(mount);
  refuseSecurity(flags.text('security'));
  if (flags.texts('device').length > 0) {
    throw invalidArgument('RUN --device is not supported: containers of a build get no devices of the host');
  }
  return { kind: 'run', instruction, line, mounts, network: parseNetwork(flags.text('network')) };
}

/** `sandbox` is what every step has anyway; a privileged step would own the host. */
function refuseSecurity(mode: string | undefined): void {
  if (mode === undefined || mode === 'sandbox') return;
  if (mode !== 'insecure') throw invalidArgument(`security ${JSON.stringify(mode)} is not valid`);
  throw invalidArgument('RUN --security=insecure is not supported: steps of a build never run privileged');
}

function parseNetwork(mode: string | undefined): RunCommand['network'] {
  if (mode === undefined || mode === 'default') return 'default';
  if (mode === 'none' || mode === 'host') return mode;
  throw invalidArgument(`invalid network mode ${JSON.stringify(mode)}`);
}

/** CMD, ENTRYPOINT and SHELL. */
export function parseProcess(instruction: Instruction): ProcessCommand {
  const line = parseCommandLine(instruction.rest);
  parseFlags(instruction.flags, {});
  const { keyword } = instruction;
  if (keyword !== 'shell') return { kind: keyword === 'cmd' ? 'cmd' : 'entrypoint', instruction, line };
  if (line.words.length === 0) throw invalidArgument('SHELL requires at least one argument');
  if (line.isShell) throw invalidArgument(`SHELL requires the arguments to be in JSON form`);
  return { kind: 'shell', instruction, line };
}

export function parseCommandLine(rest: string): CommandLine {
  const words = parseJsonArguments(rest);
  if (words !== undefined) return { words, isShell: false };
  return { words: rest === '' ? [] : [rest], isShell: true };
}
