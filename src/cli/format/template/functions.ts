import type { GoValue } from './values.ts';

/** What a function's parameter accepts; `strings` is a []string. */
export type Parameter = 'any' | 'string' | 'int' | 'strings';

export const parameterNames: Readonly<Record<Parameter, string>> = {
  any: 'interface {}',
  string: 'string',
  int: 'int',
  strings: '[]string',
};

export interface GoFunction {
  readonly parameters: readonly Parameter[];
  readonly variadic?: Parameter;
  /** The arguments have been checked against the parameters. */
  readonly call: (args: readonly GoValue[]) => GoValue;
}

export type FunctionTable = Readonly<Record<string, GoFunction>>;

/** A function refused its arguments; the evaluator adds where. */
export class FunctionError extends Error {
  override readonly name = 'FunctionError';
}
