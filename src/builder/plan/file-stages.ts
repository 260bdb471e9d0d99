import type { ArgCommand, Command, FromCommand } from '../parse/command.ts';

/** A Dockerfile cut at its FROMs. */
export interface FileStages {
  readonly globalArgs: readonly ArgCommand[];
  readonly stages: readonly { readonly from: FromCommand; readonly commands: readonly Command[] }[];
}
