import type { FunctionTable } from './functions.ts';
import type { Operand, Pipeline, Statement, TemplateNode } from './nodes.ts';
import type { GoValue } from './values.ts';

export interface EvaluateOptions {
  readonly name: string;
  readonly source: string;
  readonly functions: FunctionTable;
  /** The templates that may be included, by name. */
  readonly definitions: ReadonlyMap<string, readonly Statement[]>;
  /** Whether a map's missing key is an error rather than `<no value>`. */
  readonly missingKeyIsError: boolean;
}

/** Nothing was piped into the command: not the same as piping Go's invalid value. */
export const missing = Symbol('missing');
export type Final = GoValue | typeof missing;

/** What a call needs of the evaluation it is part of. */
export interface CallSite {
  readonly options: EvaluateOptions;
  /** Error messages point at this node from now on. */
  at(node: TemplateNode): void;
  fail(message: string): never;
  operand(node: Operand, dot: GoValue): GoValue;
  pipeline(node: Pipeline, dot: GoValue): GoValue;
}
