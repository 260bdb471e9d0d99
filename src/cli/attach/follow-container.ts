import type { ApiClient } from '../../client/api-client.ts';
import { type Attached, attachContainer } from '../../client/attach.ts';
import { killContainer, resizeContainer } from '../../client/containers.ts';
import { type WaitCondition, waitForContainer } from '../../client/wait.ts';
import type { Terminal } from '../io/terminal.ts';
import { followSize, type Resize } from './follow-size.ts';
import { runSession } from './session.ts';
import { forwardSignals, surviveTerminations } from './signal-proxy.ts';

export interface Follow {
  readonly id: string;
  readonly tty: boolean;
  readonly streams: { readonly stdin: boolean; readonly stdout: boolean; readonly stderr: boolean };
  readonly detachKeys: string;
  readonly forwardSignals: boolean;
  /** The exit that counts: the next one, or the removal after it. */
  readonly until: WaitCondition;
  /** Starts the container once everything is in place: neither output nor exit can be missed. */
  readonly start?: () => Promise<void>;
  /** Makes a program that draws on the screen do so again. */
  readonly redraw?: boolean;
}

/**
 * Joins a container's streams to ours until it exits or the user detaches, and answers its exit code or that.
 * When the start fails, that error is thrown after the terminal is as it was and, for `removed`, the container is gone.
 */
export async function followContainer(client: ApiClient, io: Terminal, follow: Follow): Promise<number | 'detached'> {
  const { id, tty, streams, detachKeys } = follow;
  const endings = [surviveTerminations(io.stderr)];
  if (follow.forwardSignals) endings.push(forwardSignals((signal) => killContainer(client, id, signal)));
  try {
    const [attached, waiting] = await Promise.all([
      attachContainer(client, id, { ...streams, detachKeys }),
      waitForContainer(client, id, follow.until),
    ]);
    const session = runSession(attached, io, { ...streams, tty, detachKeys });
    session.catch(() => undefined);
    try {
      await follow.start?.();
    } catch (error) {
      await settle(attached, session);
      if (follow.until === 'removed') await waiting.exitCode.catch(() => undefined);
      throw error;
    }
    if (tty && io.stdout.isTerminal) endings.push(followSize(io.stdout, resizer(client, follow)));
    if (!streams.stdout && !streams.stderr) await Promise.race([session, waiting.exitCode]);
    else if ((await session) === 'detached') return 'detached';
    return await waiting.exitCode;
  } finally {
    for (const end of endings) end();
  }
}

async function settle(attached: Attached, session: Promise<unknown>): Promise<void> {
  attached.close();
  await session.catch(() => undefined);
}

/** A program redraws when the size changes: so, for that, it is wrong for a moment. */
function resizer(client: ApiClient, { id, redraw }: Follow): Resize {
  let wrongFirst = redraw === true;
  return async (rows, columns) => {
    if (wrongFirst) await resizeContainer(client, id, rows + 1, columns + 1);
    wrongFirst = false;
    await resizeContainer(client, id, rows, columns);
  };
}
