/** Lines of a Dockerfile, counted from one, both ends included. */
export interface LineRange {
  readonly start: number;
  readonly end: number;
}

/** A here-document of RUN, COPY or ADD. */
export interface Heredoc {
  /** The delimiter without its quotes: `EOF`. It is also the name of the file that COPY and ADD write. */
  readonly name: string;
  /** Whether variables in the content stand for their values: the delimiter was not quoted. */
  readonly expand: boolean;
  /** `<<-`: tabs at the start of each line are no content. */
  readonly chomp: boolean;
  /** As written, tabs and all, every line with its end. */
  readonly content: string;
}

/** One instruction as the Dockerfile has it: nothing is expanded and no rule of any instruction has been applied. */
export interface Instruction {
  /** In lower case: `run`. */
  readonly keyword: string;
  /** As written: `Run`. */
  readonly writtenKeyword: string;
  /** `--from=build`, in the order written, each with its dashes. */
  readonly flags: readonly string[];
  /** What follows the flags, lines joined, comments and continuations gone. */
  readonly rest: string;
  /** The whole instruction with its lines joined, as errors and ONBUILD show it. */
  readonly text: string;
  readonly heredocs: readonly Heredoc[];
  readonly lines: LineRange;
  /** The comments that stand directly above, without `#`. */
  readonly comments: readonly string[];
}

/** `# syntax=`, `# escape=` and `# check=` at the top of a Dockerfile. */
export interface Directives {
  readonly syntax: string | undefined;
  readonly escape: '\\' | '`';
  readonly check: string | undefined;
}

export interface Dockerfile {
  /** The name that errors show: `Dockerfile`. */
  readonly name: string;
  /** The file's lines without their ends, for excerpts. */
  readonly lines: readonly string[];
  readonly directives: Directives;
  readonly instructions: readonly Instruction[];
  /** Empty lines in the midst of a continued instruction. */
  readonly emptyContinuations: readonly LineRange[];
}
