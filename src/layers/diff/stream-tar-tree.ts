import { spawn } from 'node:child_process';
import { fileURLToPath } from 'node:url';
import { internalError } from '../../errors/engine-error.ts';
import { requirePipes } from '../../lib/require-pipes.ts';
import type { TarTreeRequest } from './tar-tree-process.ts';

const PROGRAM = fileURLToPath(new URL('./tar-tree-process.ts', import.meta.url));

/**
 * The tar of a tree, made by a process of its own that goes only as fast as it is read. The process has ended
 * when the loop has, also when it is left early.
 * @throws internal at the end of what was written when the process failed, unavailable when it cannot be started now.
 */
export async function* streamTarTree(request: TarTreeRequest, compileCache: string): AsyncGenerator<Uint8Array> {
  const started = spawn(process.execPath, [PROGRAM, JSON.stringify(request)], {
    stdio: ['ignore', 'pipe', 'pipe'],
    env: { ...process.env, NODE_COMPILE_CACHE: compileCache },
  });
  const child = requirePipes(started, 'reading a tree');
  const { promise: closed, resolve } = Promise.withResolvers<number | NodeJS.Signals | Error | null>();
  let err = '';
  child.stderr.setEncoding('utf8').on('data', (text: string) => (err += text));
  child.on('error', resolve);
  child.on('close', (code, signal) => resolve(signal ?? code));
  try {
    for await (const chunk of child.stdout) yield chunk as Buffer;
    const status = await closed;
    if (status !== 0) throw internalError(`reading ${request.root} failed (${status}): ${err.trim()}`);
  } finally {
    child.kill('SIGKILL');
    await closed;
  }
}
