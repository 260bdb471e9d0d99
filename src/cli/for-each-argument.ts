import { describe } from './errors.ts';
import type { Terminal } from './io/terminal.ts';

/**
 * Does the same to every argument, all at once, and reports in the order of the arguments as docker does: the argument
 * on stdout when it worked, its error on stderr when it did not. The exit code is 1 when any failed.
 */
export async function forEachArgument(
  io: Terminal,
  args: readonly string[],
  action: (argument: string) => Promise<void>,
): Promise<number> {
  const results = args.map((argument) => action(argument).then(() => undefined, describe));
  const failures: string[] = [];
  for (const [index, result] of results.entries()) {
    const failure = await result;
    if (failure === undefined) await io.stdout.write(`${args[index]}\n`);
    else failures.push(failure);
  }
  if (failures.length === 0) return 0;
  await io.stderr.write(`${failures.join('\n')}\n`);
  return 1;
}
