import { spawn } from 'node:child_process';
import { internalError } from '../errors/engine-error.ts';
import { requirePipes } from '../lib/require-pipes.ts';

export interface ProgramResult {
  readonly exitCode: number;
  readonly stdout: string;
  readonly stderr: string;
}

/**
 * Runs one of the host's programs to its end, whatever its exit status; 128 when a signal ended it.
 * @throws internal when it is not installed, unavailable when it cannot be started now.
 */
export async function runProgram(program: string, args: readonly string[]): Promise<ProgramResult> {
  const { promise, resolve, reject } = Promise.withResolvers<ProgramResult>();
  const child = requirePipes(spawn(program, args, { stdio: ['ignore', 'pipe', 'pipe'] }), program);
  let stdout = '';
  let stderr = '';
  child.stdout.setEncoding('utf8').on('data', (text: string) => (stdout += text));
  child.stderr.setEncoding('utf8').on('data', (text: string) => (stderr += text));
  child.on('error', (error) => reject(internalError(`${program}: ${error.message}`, error)));
  child.on('close', (code) => resolve({ exitCode: code ?? 128, stdout, stderr }));
  return promise;
}
