import { EngineError, type ErrorKind } from '../../errors/engine-error.ts';
import { type HttpResponse, readStart } from './http-client.ts';

/** A registry's refusal, with the code that it gave for programs (`MANIFEST_UNKNOWN`), if any. */
export class RegistryError extends EngineError {
  readonly status: number;
  readonly code: string | undefined;

  constructor(kind: ErrorKind, message: string, status: number, code?: string) {
    super(kind, message);
    this.status = status;
    this.code = code;
  }
}

const LIMIT_BYTES = 64 * 1024;
const SHOWN_CHARACTERS = 1024;

/** Reads a refusal, and says it in Docker's words. */
export async function registryError(response: HttpResponse): Promise<RegistryError> {
  const { status, statusText } = response;
  const text = (await readStart(response, LIMIT_BYTES)).toString();
  const [first] = errorsIn(text);
  if (first !== undefined) {
    const words = first.code.toLowerCase().replaceAll('_', ' ');
    return new RegistryError(kindOf(status), `${words}: ${first.message || words}`, status, first.code);
  }
  const message = detailIn(text);
  if (status === 401)
    return new RegistryError('internal', `unauthorized: ${message ?? 'authentication required'}`, status);
  if (status === 429)
    return new RegistryError('internal', `toomanyrequests: ${message ?? 'too many requests'}`, status);
  if (status >= 400 && status < 500 && text.trim() !== '') {
    const shown = JSON.stringify(text.slice(0, SHOWN_CHARACTERS));
    return new RegistryError(kindOf(status), `error parsing HTTP ${status} response body: ${shown}`, status);
  }
  return new RegistryError(
    kindOf(status),
    `received unexpected HTTP status: ${`${status} ${statusText}`.trim()}`,
    status,
  );
}

/** Docker answers 500 for most of what a registry refuses. */
function kindOf(status: number): ErrorKind {
  return status === 404 ? 'not_found' : 'internal';
}

/** The errors in the form that the distribution specification gives them. */
function errorsIn(text: string): { code: string; message: string }[] {
  const { errors } = objectIn(text);
  if (!Array.isArray(errors)) return [];
  return errors.flatMap((error: unknown) => {
    if (typeof error !== 'object' || error === null) return [];
    const { code, message } = error as { code?: unknown; message?: unknown };
    if (typeof code !== 'string') return [];
    return [{ code, message: typeof message === 'string' ? message : '' }];
  });
}

/** Token servers have forms of their own. */
function detailIn(text: string): string | undefined {
  const { details, message } = objectIn(text);
  const found = [details, message].find((value) => typeof value === 'string');
  return typeof found === 'string' ? found : undefined;
}

function objectIn(text: string): Record<string, unknown> {
  try {
    const value: unknown = JSON.parse(text);
    return typeof value === 'object' && value !== null ? (value as Record<string, unknown>) : {};
  } catch (error) {
    // A proxy's page: it is shown as it is.
    if (error instanceof SyntaxError) return {};
    throw error;
  }
}
