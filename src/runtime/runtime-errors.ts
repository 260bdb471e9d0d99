import { type EngineError, internalError, invalidArgument } from '../errors/engine-error.ts';

/** Docker's words around what the OCI runtime said; its clients look for the words in the middle. */
const PREFIX = {
  create: (runtime: string) =>
    `failed to create task for container: failed to create shim task: OCI runtime create failed: ${runtime} create failed: unable to start container process`,
  exec: () => 'OCI runtime exec failed: exec failed: unable to start container process',
} as const;

/**
 * The error for a process that could not be made. The kind is `invalid_argument` where the command is at fault, as in
 * Docker: its command line ends with 127 or 126 by the words `executable file not found`, `no such file or directory`,
 * `permission denied`, `is a directory`.
 */
export function processNotStarted(
  operation: keyof typeof PREFIX,
  runtime: string,
  command: string,
  said: string,
): EngineError {
  const prefix = PREFIX[operation](runtime);
  const text = withoutDecoration(said) || 'the runtime gave no reason';
  const directory = /^chdir `(.*)`: (.*)$/.exec(text);
  if (directory !== null) {
    const why = directory[2]?.toLowerCase();
    return invalidArgument(
      `${prefix}: chdir to cwd (${JSON.stringify(directory[1])}) set in config.json failed: ${why}: unknown`,
    );
  }
  if (text.startsWith('exec: ')) return invalidArgument(`${prefix}: ${text}: unknown`);
  const reason = commandReason(command, text);
  if (reason !== undefined) return invalidArgument(`${prefix}: exec: ${JSON.stringify(command)}: ${reason}`);
  const message = `${prefix}: ${text}: unknown`;
  if (text.search(KERNEL_REASON) < 0) return internalError(message);
  const hint = operation === 'create' && /not a directory/i.test(text) ? `: ${MOUNT_HINT}` : '';
  return invalidArgument(message.replace(KERNEL_REASON, (words) => words.toLowerCase()) + hint);
}

const KERNEL_REASON = /no such file or directory|permission denied|not a directory|is a directory/gi;
/** Docker's: nearly always it is about a mount. */
const MOUNT_HINT =
  'Are you trying to mount a directory onto a file (or vice-versa)? Check if the specified host path exists and is the expected type';

/** runc's words are Docker's own already, with the beginning that is put in front here. */
const RUNC_BEGINNING = /^(?:runc create failed|exec failed): unable to start container process: /;

/** crun begins its lines with a time in some versions, runc with level and time. */
function withoutDecoration(said: string): string {
  const lines = said.split('\n').map((line) => line.trim());
  const last = lines.findLast((line) => line !== '') ?? '';
  const runc = /level=error msg=("(?:[^"\\]|\\.)*")/.exec(last)?.[1];
  if (runc !== undefined) return (JSON.parse(runc) as string).replace(RUNC_BEGINNING, '');
  return last.replace(/^\d{4}-\d\d-\d\dT[\d:.]+Z?:? /, '');
}

/** Versions of crun differ in how they begin; the kernel's words at the end tell what is the matter. */
function commandReason(command: string, text: string): string | undefined {
  if (command === '') return 'executable file not found in $PATH: unknown';
  if (/exec format error/i.test(text)) return 'exec format error: unknown';
  if (/^the path .* is not a regular file/i.test(text)) return 'is a directory: unknown: permission denied';
  if (!/^(open executable|executable file|exec)/i.test(text)) return undefined;
  if (/permission denied$/i.test(text)) return 'permission denied: unknown';
  // crun answers with EPERM for whatever is no regular file, and that is a directory.
  if (/(is a directory|operation not permitted)$/i.test(text)) return 'is a directory: unknown: permission denied';
  if (!/no such file or directory|not found/i.test(text)) return undefined;
  if (command.includes('/')) return `stat ${command}: no such file or directory: unknown`;
  return 'executable file not found in $PATH: unknown';
}

/** The message of the runtime's own commands (`start`, `kill`, `delete`) as Docker has it. */
export function runtimeFailed(operation: string, said: string): EngineError {
  return internalError(`OCI runtime ${operation} failed: ${withoutDecoration(said)}: unknown`);
}
