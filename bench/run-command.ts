import { spawn } from 'node:child_process';
import { once } from 'node:events';

/** A whole process, to its end. Its output is thrown away; another exit status than 0 is an error. */
export async function runCommand(
  file: string,
  args: readonly string[],
  env: Readonly<Record<string, string>> = {},
): Promise<void> {
  const child = spawn(file, args, { stdio: ['ignore', 'ignore', 'pipe'], env: { ...process.env, ...env } });
  const errors: Buffer[] = [];
  child.stderr.on('data', (chunk: Buffer) => errors.push(chunk));
  const [status] = (await once(child, 'close')) as [number | null];
  if (status !== 0) throw new Error(`${file} ${args.join(' ')}: ${status}: ${Buffer.concat(errors).toString().trim()}`);
}
