import type { Heredoc, Instruction } from './dockerfile.ts';

/** An instruction by its own rules; variables are not yet expanded. */
export type Command =
  | FromCommand
  | ArgCommand
  | PairsCommand
  | RunCommand
  | ProcessCommand
  | CopyCommand
  | TextCommand
  | ListCommand
  | HealthcheckCommand
  | OnbuildCommand;

interface Common {
  readonly instruction: Instruction;
}

export interface FromCommand extends Common {
  readonly kind: 'from';
  readonly base: string;
  /** In lower case; `writtenName` is as written. */
  readonly name: string | undefined;
  readonly writtenName: string | undefined;
  /** `AS` as written. */
  readonly as: string | undefined;
  readonly platform: string | undefined;
}

export interface ArgCommand extends Common {
  readonly kind: 'arg';
  readonly definitions: readonly { readonly key: string; readonly value: string | undefined }[];
}

export interface Pair {
  readonly key: string;
  readonly value: string;
  /** `ENV key value`, the old form. */
  readonly isLegacy: boolean;
}

export interface PairsCommand extends Common {
  readonly kind: 'env' | 'label';
  readonly pairs: readonly Pair[];
}

export interface CommandLine {
  /** Of the shell form, the whole line, or nothing for an empty one. */
  readonly words: readonly string[];
  readonly isShell: boolean;
}

export interface RunCommand extends Common {
  readonly kind: 'run';
  readonly line: CommandLine;
  /** Values of `--mount`. */
  readonly mounts: readonly string[];
  readonly network: 'default' | 'none' | 'host';
}

export interface ProcessCommand extends Common {
  readonly kind: 'cmd' | 'entrypoint' | 'shell';
  readonly line: CommandLine;
}

export interface CopyCommand extends Common {
  readonly kind: 'copy' | 'add';
  readonly from: string | undefined;
  readonly sources: readonly string[];
  readonly heredocs: readonly Heredoc[];
  readonly destination: string;
  readonly chown: string;
  readonly chmod: string;
  readonly link: boolean;
  readonly parents: boolean;
  readonly excludes: readonly string[];
  readonly checksum: string;
  readonly keepGitDir: boolean | undefined;
  readonly unpack: boolean | undefined;
}

export interface TextCommand extends Common {
  readonly kind: 'workdir' | 'user' | 'stopsignal' | 'maintainer';
  readonly text: string;
}

export interface ListCommand extends Common {
  readonly kind: 'volume' | 'expose';
  readonly items: readonly string[];
}

/** Docker's `HealthConfig`, times in nanoseconds; what is zero is left out. */
export interface HealthcheckConfig {
  readonly Test: readonly string[];
  readonly Interval?: number;
  readonly Timeout?: number;
  readonly StartPeriod?: number;
  readonly StartInterval?: number;
  readonly Retries?: number;
}

export interface HealthcheckCommand extends Common {
  readonly kind: 'healthcheck';
  readonly config: HealthcheckConfig;
}

export interface OnbuildCommand extends Common {
  readonly kind: 'onbuild';
  /** The instruction to come, heredocs included. */
  readonly trigger: string;
}
