import { EngineError } from '../../../errors/engine-error.ts';

export interface RunEnd {
  readonly oomKilled: boolean;
  /** The last of what the command has written. */
  readonly lines: readonly string[];
}

/** A command of RUN that did not end well. The message is Docker's. */
export class RunFailed extends EngineError {
  readonly exitCode: number;
  readonly argv: readonly string[];
  readonly end: RunEnd;
  /** An image of its files, when one was asked for. */
  readonly imageId: string | undefined;

  constructor(argv: readonly string[], exitCode: number, end: RunEnd, imageId?: string) {
    const why = end.oomKilled ? ' (out of memory)' : '';
    super('internal', `The command '${argv.join(' ')}' returned a non-zero code: ${exitCode}${why}`);
    this.argv = argv;
    this.exitCode = exitCode;
    this.end = end;
    this.imageId = imageId;
  }
}
