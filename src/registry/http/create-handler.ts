import type { IncomingMessage, ServerResponse } from 'node:http';
import { isEngineError } from '../../errors/engine-error.ts';
import { unauthorized } from '../registry-error.ts';
import { userOf } from './basic-auth.ts';
import { describeError, sendProblems } from './error-response.ts';
import { type RegistryParts, route } from './route.ts';

export interface HandlerOptions extends RegistryParts {
  /** Says whether a request comes with credentials that are known; undefined lets everybody in. */
  readonly isAllowed: ((request: IncomingMessage) => Promise<boolean>) | undefined;
  /** Told of every failure that is not the client's. */
  readonly logError: (message: string, error: unknown) => void;
  /** Told of every request when it has been answered. */
  readonly logRequest: ((line: string) => void) | undefined;
}

/** The registry as a request handler for Node's HTTP servers. What it returns never fails. */
export function createHandler(
  options: HandlerOptions,
): (request: IncomingMessage, response: ServerResponse) => Promise<void> {
  const { isAllowed, logError, logRequest, ...parts } = options;
  return async (request, response) => {
    if (logRequest !== undefined) response.once('close', lineWriter(request, response, logRequest));
    response.setHeader('Docker-Distribution-API-Version', 'registry/2.0');
    response.setHeader('X-Content-Type-Options', 'nosniff');
    try {
      if (isAllowed !== undefined && !(await isAllowed(request))) {
        response.setHeader('WWW-Authenticate', 'Basic realm="Skiff registry"');
        throw unauthorized();
      }
      await route(parts, request, response);
    } catch (error) {
      const isClientsEnd = request.errored !== null || response.closed || request.readableAborted;
      if (!isClientsEnd && (!isEngineError(error) || error.kind === 'internal')) {
        logError(`${request.method} ${request.url} failed`, error);
      }
      // A body that has begun cannot become an error any more: the client notices that it ends early.
      if (response.headersSent) response.destroy();
      else sendProblems(response, describeError(error));
    }
  };
}

/** What is logged of a request: who, what, how it ended, and how long it took. */
function lineWriter(request: IncomingMessage, response: ServerResponse, log: (line: string) => void): () => void {
  const beganMs = performance.now();
  const { remoteAddress = '-' } = request.socket;
  return () => {
    const end = response.writableFinished ? String(response.statusCode) : 'cut off';
    const who = `${remoteAddress} ${userOf(request) ?? '-'}`;
    log(`${who} ${request.method} ${request.url} ${end} ${Math.round(performance.now() - beganMs)}ms`);
  };
}
