/** The process's three streams, as commands see them; tests give their own. */
export interface Terminal {
  readonly stdin: Input;
  readonly stdout: Output;
  readonly stderr: Output;
}

export interface Output {
  readonly isTerminal: boolean;
  /** The width in columns; undefined when this is no terminal. */
  readonly columns: number | undefined;
  readonly rows: number | undefined;
  /**
   * Resolves when everything was handed to the operating system, never having dropped a byte; calls are kept in order.
   * Awaiting each write before producing more is the back-pressure.
   */
  write(data: string | Uint8Array): Promise<void>;
}

export interface Input {
  readonly isTerminal: boolean;
  /** The bytes until the end of input. May be iterated once; leaving the loop stops reading. */
  chunks(): AsyncIterable<Uint8Array>;
  /** Switches the terminal to raw mode and answers how to go back. Nothing happens when this is no terminal. */
  makeRaw(): () => void;
}
