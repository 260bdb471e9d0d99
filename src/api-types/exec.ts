import { bool, type Decoded, field, integer, list, nullable, optional, pair, string, struct } from './shape.ts';

const consoleSize = nullable(pair(integer('uint')));

/** The body of `POST /containers/{id}/exec`. */
export const execConfig = struct('types.ExecConfig', {
  User: field(string),
  Privileged: field(bool),
  Tty: field(bool),
  ConsoleSize: optional(consoleSize),
  AttachStdin: field(bool),
  AttachStderr: field(bool),
  AttachStdout: field(bool),
  Detach: field(bool),
  DetachKeys: field(string),
  Env: field(list(string)),
  WorkingDir: field(string),
  Cmd: field(list(string)),
});
export type ExecConfig = Decoded<typeof execConfig>;

/** The body of `POST /exec/{id}/start`. */
export const execStartBody = struct('types.ExecStartCheck', {
  Detach: field(bool),
  Tty: field(bool),
  ConsoleSize: optional(consoleSize),
});

export interface ExecInspect {
  readonly ID: string;
  readonly Running: boolean;
  readonly ExitCode: number | null;
  readonly ProcessConfig: {
    readonly tty: boolean;
    readonly entrypoint: string;
    readonly arguments: readonly string[];
    readonly privileged: boolean;
    readonly user?: string;
  };
  readonly OpenStdin: boolean;
  readonly OpenStderr: boolean;
  readonly OpenStdout: boolean;
  readonly CanRemove: boolean;
  readonly ContainerID: string;
  readonly DetachKeys: string;
  readonly Pid: number;
}
