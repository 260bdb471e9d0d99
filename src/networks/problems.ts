import { type EngineError, invalidArgument } from '../errors/engine-error.ts';

/** All that is wrong with a request at once, as Docker lists it: one on a line of its own, several with asterisks. */
export function invalidWith(what: string, problems: readonly string[]): EngineError {
  const lines = problems.length === 1 ? problems : problems.map((problem) => `* ${problem}`);
  return invalidArgument(`${what}:\n${lines.join('\n')}`);
}
