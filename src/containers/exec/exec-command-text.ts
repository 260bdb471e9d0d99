import type { ExecConfig } from '../../api-types/exec.ts';

/** The command as events name it: a program without arguments is followed by a space, as with Docker. */
export function commandText({ Cmd: command }: ExecConfig): string {
  const [program = '', ...args] = command ?? [];
  return `${program} ${args.join(' ')}`;
}
