/**
 * One flag of a command. `parse` receives what was collected so far, so that a repeatable flag appends; it throws an
 * Error whose message is the reason only (`invalid size: 'x'`): the parser puts docker's words around it.
 */
export interface Flag<T> {
  readonly usage: string;
  /** The word after the name in the help, as docker prints it (`list`, `bytes`, …); empty for a switch. */
  readonly type: string;
  readonly short?: string;
  /** Other names that mean the same and do not appear in the help (`--net` for `--network`). */
  readonly aliases?: readonly string[];
  /** Older names that still work, with docker's note that they should not be used. */
  readonly deprecatedAliases?: readonly string[];
  /** Shown as `(default …)`; absent where docker shows none. */
  readonly defaultText?: string;
  /** The text that stands for the flag given without a value. Without it the flag needs an argument. */
  readonly bare?: string;
  readonly hidden?: boolean;
  /** docker has no such flag: the help does not show it where this program is called `docker`. */
  readonly isOwn?: boolean;
  readonly initial: T;
  parse(text: string, previous: T): T;
}

export type FlagSet = Readonly<Record<string, Flag<unknown>>>;

export type FlagValues<F extends FlagSet> = {
  readonly [K in keyof F]: F[K] extends Flag<infer T> ? T : never;
};

/** What every constructor accepts besides its own parameters. */
export type FlagOptions = Partial<
  Pick<Flag<unknown>, 'short' | 'aliases' | 'deprecatedAliases' | 'defaultText' | 'hidden' | 'isOwn' | 'type'>
>;
