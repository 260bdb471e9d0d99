import { spawn } from 'node:child_process';
import { fileURLToPath } from 'node:url';

/** The folder of this checkout, without a slash at its end. */
export const root = fileURLToPath(new URL('..', import.meta.url)).replace(/\/$/, '');

/** A failure that ends a script: what went wrong, and what the person at the terminal can do about it. */
export class StepError extends Error {
  constructor(message, advice) {
    super(message);
    this.advice = advice;
  }
}

/** Node 26's binary out of the npm package for this machine's processor. */
export function nodeBinary() {
  return `${root}/node_modules/node-linux-${process.arch}/bin/node`;
}

/**
 * Runs a command to its end with its output kept; resolves with it, or rejects with the output's last lines.
 * With `inherit` the output goes to the terminal instead.
 */
export function run(command, args, { inherit = false, env = process.env, cwd = root } = {}) {
  return new Promise((resolve, reject) => {
    const child = spawn(command, args, { cwd, env, stdio: inherit ? 'inherit' : ['ignore', 'pipe', 'pipe'] });
    let output = '';
    child.stdout?.on('data', (chunk) => (output += chunk));
    child.stderr?.on('data', (chunk) => (output += chunk));
    child.on('error', (error) => reject(new Error(`${command}: ${error.message}`)));
    child.on('close', (code, signal) => {
      if (code === 0) return resolve(output);
      const tail = output.trimEnd().split('\n').slice(-15).join('\n');
      const error = new Error(
        `${[command, ...args].join(' ')}: ${signal ?? `exit status ${code}`}${tail === '' ? '' : `\n${tail}`}`,
      );
      error.status = code ?? 1;
      reject(error);
    });
  });
}

/** Runs the steps of a script in turn, a line each with the time that it took, and explains the one that fails. */
export async function runSteps(steps) {
  for (const { title, work } of steps) {
    const started = Date.now();
    process.stdout.write(`skiff: ${title} … `);
    try {
      const note = await work();
      process.stdout.write(`${note ?? 'done'} (${((Date.now() - started) / 1000).toFixed(1)} s)\n`);
    } catch (error) {
      process.stdout.write('failed\n');
      throw error;
    }
  }
}

/** The end of every script: prints a failure with its advice and sets the exit status. */
export async function main(work) {
  try {
    await work();
  } catch (error) {
    process.stderr.write(`\nskiff: ${error.message}\n`);
    if (error.advice !== undefined) process.stderr.write(`\nWhat to do: ${error.advice}\n`);
    process.exitCode = typeof error.status === 'number' ? error.status : 1;
  }
}
