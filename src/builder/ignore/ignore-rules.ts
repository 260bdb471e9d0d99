/** The rules of a `.dockerignore`. */
export interface IgnoreRules {
  /** No rule at all: every path is sent. */
  readonly isEmpty: boolean;
  /** Whether any rule begins with `!`. */
  readonly hasExceptions: boolean;
  /** Whether the path (relative to the context, no leading slash) is left out. */
  matches(path: string): boolean;
  /** Whether nothing below the folder can be wanted, so that it need not be walked. */
  prunes(folder: string): boolean;
}
