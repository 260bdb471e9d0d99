import { describe } from './errors.ts';
import type { Terminal } from './io/terminal.ts';

/**
 * Does the same to every argument, all at once, and reports in the order of the arguments as docker does: the argument
 * on stdout when it worked, the errors on stderr at the end. The exit code is 1 when any failed. An action that has
 * said on its own what happened answers `unreported`.
 */
export async function forEachArgument(
  io: Terminal,
  args: readonly string[],
  action: (argument: string) => Promise<'unreported' | undefined | void>,
): Promise<number> {
  const attempts = args.map((argument) =>
    action(argument).then(
      (outcome) => ({ outcome, failure: undefined }),
      (error: unknown) => ({ outcome: undefined, failure: describe(error) }),
    ),
  );
  const failures: string[] = [];
  for (const [index, attempt] of attempts.entries()) {
    const { outcome, failure } = await attempt;
    if (failure !== undefined) failures.push(failure);
    else if (outcome !== 'unreported') await io.stdout.write(`${args[index]}\n`);
  }
  if (failures.length === 0) return 0;
  await io.stderr.write(`${failures.join('\n')}\n`);
  return 1;
}
