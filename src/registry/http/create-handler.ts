import type { IncomingMessage, RequestListener } from 'node:http';
import { isEngineError } from '../../errors/engine-error.ts';
import { unauthorized } from '../registry-error.ts';
import { describeError, sendProblems } from './error-response.ts';
import { type RegistryParts, route } from './route.ts';

export interface HandlerOptions extends RegistryParts {
  /** Says whether a request comes with credentials that are known; undefined lets everybody in. */
  readonly isAllowed: ((request: IncomingMessage) => Promise<boolean>) | undefined;
  /** Told of every failure that is not the client's. */
  readonly logError: (message: string, error: unknown) => void;
}

/** The registry as a request handler for Node's HTTP servers. */
export function createHandler({ isAllowed, logError, ...parts }: HandlerOptions): RequestListener {
  return (request, response) => {
    response.setHeader('Docker-Distribution-API-Version', 'registry/2.0');
    response.setHeader('X-Content-Type-Options', 'nosniff');
    const answer = async (): Promise<void> => {
      if (isAllowed !== undefined && !(await isAllowed(request))) {
        response.setHeader('WWW-Authenticate', 'Basic realm="Skiff registry"');
        throw unauthorized();
      }
      await route(parts, request, response);
    };
    answer().catch((error: unknown) => {
      const isClientsEnd = request.errored !== null || response.closed || request.readableAborted;
      if (!isClientsEnd && (!isEngineError(error) || error.kind === 'internal')) {
        logError(`${request.method} ${request.url} failed`, error);
      }
      // A body that has begun cannot become an error any more: the client notices that it ends early.
      if (response.headersSent) response.destroy();
      else sendProblems(response, describeError(error));
    });
  };
}
