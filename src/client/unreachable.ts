import { UnreachableError } from './api-error.ts';
import type { Endpoint, TransportError } from './transport.ts';

export interface Attempt {
  readonly endpoint: Endpoint;
  /** As the user wrote it. */
  readonly address: string;
  readonly method: string;
  readonly target: string;
}

/** The failure to get an answer, in the words of docker. */
export function unreachable(error: TransportError, attempt: Attempt): UnreachableError {
  const { endpoint, address } = attempt;
  switch (error.code) {
    case 'EACCES': {
      const what = endpoint.kind === 'unix' ? `unix ${endpoint.path}` : `tcp ${endpoint.hostname}:${endpoint.port}`;
      const reason = `${request(attempt)}: dial ${what}: connect: permission denied`;
      return new UnreachableError(
        `permission denied while trying to connect to the Docker daemon socket at ${address}: ${reason}`,
        { cause: error },
      );
    }
    case 'ENOENT':
    case 'ECONNREFUSED':
    case 'ENOTSOCK':
      return new UnreachableError(`Cannot connect to the Docker daemon at ${address}. Is the docker daemon running?`, {
        cause: error,
      });
    case 'ECONNRESET':
      return new UnreachableError(`error during connect: ${request(attempt)}: EOF`, { cause: error });
    default:
      return new UnreachableError(`error during connect: ${request(attempt)}: ${error.message}`, { cause: error });
  }
}

/** `Post "http://%2Frun%2Fskiff.sock/v1.50/containers/x/stop"`, as Go names a request. */
function request({ endpoint, method, target }: Attempt): string {
  const verb = method.charAt(0) + method.slice(1).toLowerCase();
  const host = endpoint.kind === 'unix' ? encodeURIComponent(endpoint.path) : `${endpoint.hostname}:${endpoint.port}`;
  return `${verb} "http://${host}${target}"`;
}
