import type { ExecConfig } from '../../api-types/exec.ts';
import { execNotFound } from '../../errors/containers.ts';
import type { ContainerId, ExecId } from '../../lib/ids.ts';
import type { LookAhead } from './look-ahead.ts';

/** One exec, from its creation until some time after its end. It changes in place. */
export interface ExecSession {
  readonly id: ExecId;
  readonly containerId: ContainerId;
  readonly config: ExecConfig;
  readonly lookAhead?: LookAhead;
  started: boolean;
  running: boolean;
  /** Undefined until it ended, or could not be started. */
  exitCode: number | undefined;
  pid: number;
}

/** How long an ended session can still be inspected, as with Docker. */
const KEEP_ENDED_MS = 5 * 60 * 1000;

/** All execs since the daemon started. As with Docker they are not kept over its restart, while their processes run on. */
export class ExecSessions {
  readonly #sessions = new Map<ExecId, ExecSession>();

  add(session: ExecSession): void {
    this.#sessions.set(session.id, session);
  }

  /** @throws not_found. */
  get(id: string): ExecSession {
    const session = this.#sessions.get(id as ExecId);
    if (session === undefined) throw execNotFound(id);
    return session;
  }

  /** Those of a container that have not ended. */
  activeOf(containerId: ContainerId): ExecSession[] {
    return [...this.#sessions.values()].filter(
      (session) => session.containerId === containerId && session.exitCode === undefined,
    );
  }

  ended(session: ExecSession, exitCode: number): void {
    session.running = false;
    session.exitCode = exitCode;
    setTimeout(() => this.#sessions.delete(session.id), KEEP_ENDED_MS).unref();
  }

  removeContainer(containerId: ContainerId): void {
    for (const session of this.#sessions.values()) {
      if (session.containerId === containerId) this.#sessions.delete(session.id);
    }
  }
}
