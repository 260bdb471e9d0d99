import { spawn } from 'node:child_process';
import { once } from 'node:events';
import { Readable } from 'node:stream';

export interface CommandResult {
  /** The exit status, or the signal's name. */
  readonly status: number | string;
  readonly stdout: string;
  readonly stderr: string;
}

export interface CommandOptions {
  readonly input?: string | Buffer | Readable;
  readonly env?: Record<string, string>;
  readonly cwd?: string;
}

/** Runs a program to its end and keeps its output; it never rejects for an exit status. */
export async function runCommand(
  file: string,
  args: readonly string[],
  options: CommandOptions = {},
): Promise<CommandResult> {
  const child = spawn(file, args, {
    stdio: [options.input === undefined ? 'ignore' : 'pipe', 'pipe', 'pipe'],
    env: { ...process.env, ...options.env },
    ...(options.cwd === undefined ? {} : { cwd: options.cwd }),
  });
  const stdout: Buffer[] = [];
  const stderr: Buffer[] = [];
  child.stdout?.on('data', (chunk: Buffer) => stdout.push(chunk));
  child.stderr?.on('data', (chunk: Buffer) => stderr.push(chunk));
  if (child.stdin !== null) {
    // The program may end without reading all; its exit status is what tests look at.
    child.stdin.on('error', () => child.stdin?.destroy());
    if (options.input instanceof Readable) options.input.pipe(child.stdin);
    else child.stdin.end(options.input);
  }
  const [code, signal] = (await once(child, 'close')) as [number | null, string | null];
  return {
    status: code ?? signal ?? 'unknown',
    stdout: Buffer.concat(stdout).toString(),
    stderr: Buffer.concat(stderr).toString(),
  };
}

/** Like `runCommand`, but anything other than exit status 0 fails the test with the program's words. */
export async function mustRun(file: string, args: readonly string[], options: CommandOptions = {}): Promise<string> {
  const { status, stdout, stderr } = await runCommand(file, args, options);
  if (status !== 0) throw new Error(`${[file, ...args].join(' ')}: ${status}\n${stderr}${stdout}`);
  return stdout;
}
