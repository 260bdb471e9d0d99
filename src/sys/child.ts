import { spawn } from 'node:child_process';
import { internalError } from '../errors/engine-error.ts';

export interface ChildOptions {
  /** Written to the child's standard input, which is then closed; without it the child reads /dev/null. */
  readonly stdin?: string;
  readonly env?: NodeJS.ProcessEnv;
  readonly cwd?: string;
}

export interface ChildResult {
  readonly stdout: string;
  readonly stderr: string;
}

/**
 * Runs a program to its end. For short commands with little output (`ip`, `nft`, `crun state`).
 * @throws internal when it cannot be started or ends with anything but 0; the message holds the program, its first
 * argument and what it wrote to standard error.
 */
export function runChild(command: string, args: readonly string[], options: ChildOptions = {}): Promise<ChildResult> {
  const { promise, resolve, reject } = Promise.withResolvers<ChildResult>();
  const child = spawn(command, args, {
    stdio: [options.stdin === undefined ? 'ignore' : 'pipe', 'pipe', 'pipe'],
    ...(options.env === undefined ? {} : { env: options.env }),
    ...(options.cwd === undefined ? {} : { cwd: options.cwd }),
  });
  const name = [command, ...args.slice(0, 1)].join(' ');
  const out: Buffer[] = [];
  const err: Buffer[] = [];
  child.stdout?.on('data', (chunk: Buffer) => out.push(chunk));
  child.stderr?.on('data', (chunk: Buffer) => err.push(chunk));
  child.on('error', (error) => reject(internalError(`${name}: ${error.message}`, error)));
  child.on('close', (code, signal) => {
    const stdout = Buffer.concat(out).toString();
    const stderr = Buffer.concat(err).toString();
    if (code === 0) return resolve({ stdout, stderr });
    const how = signal === null ? `exit status ${code}` : `killed by ${signal}`;
    reject(internalError(`${name}: ${how}: ${stderr.trim() || 'nothing on standard error'}`));
  });
  // A child that ends before it has read its input breaks the pipe; its exit status tells more than EPIPE would.
  child.stdin?.on('error', () => undefined);
  child.stdin?.end(options.stdin);
  return promise;
}
