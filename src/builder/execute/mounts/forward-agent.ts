import { randomBytes } from 'node:crypto';
import { chmod, chown, mkdir, stat } from 'node:fs/promises';
import { createConnection, createServer, type Server, type Socket } from 'node:net';
import { join } from 'node:path';
import { pipeline } from 'node:stream';
import { invalidArgument, messageOf } from '../../../errors/engine-error.ts';

export interface ForwardedAgent {
  readonly path: string;
  /** Ends all connections; the socket goes. */
  close(): Promise<void>;
}

/**
 * A socket of a step's own that leads to an SSH agent: agents serve their own user alone, and steps have others.
 * @throws invalid_argument for what is no socket: a key in a file must not get into a build
 */
export async function forwardAgent(
  agent: string,
  directory: string,
  { mode, uid, gid }: { readonly mode: number; readonly uid: number; readonly gid: number },
): Promise<ForwardedAgent> {
  const found = await stat(agent).catch((error: unknown) => {
    throw invalidArgument(`${agent} is no socket of an SSH agent: ${messageOf(error)}`, error);
  });
  if (!found.isSocket()) throw invalidArgument(`${agent} is no socket of an SSH agent`);
  await mkdir(directory, { recursive: true, mode: 0o700 });
  const path = join(directory, `${randomBytes(4).toString('hex')}.agent`);
  const open = new Set<Socket>();
  const server = createServer({ allowHalfOpen: true }, (client) => {
    const onward = createConnection({ path: agent, allowHalfOpen: true });
    for (const socket of [client, onward]) {
      open.add(socket);
      socket.on('close', () => open.delete(socket));
    }
    // Whichever side ends or breaks ends the other; a step sees that its agent is gone.
    pipeline(client, onward, client, () => undefined);
  });
  await listen(server, path);
  await chown(path, uid, gid);
  await chmod(path, mode);
  return {
    path,
    close: async () => {
      for (const socket of open) socket.destroy();
      await new Promise((resolve) => server.close(resolve));
    },
  };
}

function listen(server: Server, path: string): Promise<void> {
  const { promise, resolve, reject } = Promise.withResolvers<void>();
  server.once('error', reject).listen(path, resolve);
  return promise;
}
