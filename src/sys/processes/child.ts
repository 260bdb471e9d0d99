import { spawn } from 'node:child_process';
import { internalError } from '../../errors/engine-error.ts';

export interface ChildOptions {
  /** Written to the child's standard input, which is then closed; without it the child reads /dev/null. */
  readonly stdin?: string;
  readonly env?: NodeJS.ProcessEnv;
  readonly cwd?: string;
  /** Whether the kernel ends it when this process ends, however that comes: for what the next start takes back. */
  readonly endsWithUs?: boolean;
}

/** A command may have a line for each of a million files; the first ones tell what is the matter. */
const KEPT_STDERR_BYTES = 16 * 1024;

export interface ChildResult {
  readonly stdout: string;
  readonly stderr: string;
}

const ENDS_WITH_PARENT = ['setpriv', '--pdeathsig', 'KILL'] as const;

/**
 * Runs a program to its end. For short commands with little output (`ip`, `nft`, `crun state`).
 * @throws internal when it cannot be started or ends with anything but 0; the message holds the program, its first
 * argument and what it wrote to standard error.
 */
export function runChild(command: string, args: readonly string[], options: ChildOptions = {}): Promise<ChildResult> {
  const { promise, resolve, reject } = Promise.withResolvers<ChildResult>();
  const [file, ...rest] = options.endsWithUs === true ? [...ENDS_WITH_PARENT, command, ...args] : [command, ...args];
  const child = spawn(file, rest, {
    stdio: [options.stdin === undefined ? 'ignore' : 'pipe', 'pipe', 'pipe'],
    ...(options.env === undefined ? {} : { env: options.env }),
    ...(options.cwd === undefined ? {} : { cwd: options.cwd }),
  });
  const name = [command, ...args.slice(0, 1)].join(' ');
  const out: Buffer[] = [];
  const err: Buffer[] = [];
  child.stdout?.on('data', (chunk: Buffer) => out.push(chunk));
  let keptBytes = 0;
  child.stderr?.on('data', (chunk: Buffer) => {
    const kept = chunk.subarray(0, KEPT_STDERR_BYTES - keptBytes);
    keptBytes += kept.length;
    err.push(kept);
  });
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
