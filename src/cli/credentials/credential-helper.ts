import { CliError } from '../errors.ts';

/** What a helper keeps for one server. A name of `<token>` says that the secret is an identity token. */
export interface HelperCredentials {
  readonly ServerURL: string;
  readonly Username: string;
  readonly Secret: string;
}

const NOT_FOUND = 'credentials not found in native keychain';

/** One of the programs `docker-credential-<name>`: a verb as argument, the request on standard input, JSON as answer. */
export class CredentialHelper {
  readonly #program: string;

  constructor(name: string) {
    this.#program = `docker-credential-${name}`;
  }

  /** Undefined when the helper has nothing for the server. */
  get(server: string): HelperCredentials | undefined {
    const output = this.#run('get', 'getting', server);
    if (output === undefined) return undefined;
    const { Username, Secret } = this.#parse(output);
    return typeof Username === 'string' && typeof Secret === 'string'
      ? { ServerURL: server, Username, Secret }
      : undefined;
  }

  /** All servers whose credentials the helper has. */
  servers(): string[] {
    const output = this.#run('list', 'listing', 'unused');
    return output === undefined ? [] : Object.keys(this.#parse(output));
  }

  store(credentials: HelperCredentials): void {
    this.#run('store', 'storing', JSON.stringify(credentials));
  }

  /** Idempotent. */
  erase(server: string): void {
    this.#run('erase', 'erasing', server);
  }

  /** What cannot be understood is not shown: it may hold a secret. */
  #parse(output: string): Record<string, unknown> {
    try {
      const answer: unknown = JSON.parse(output);
      if (typeof answer === 'object' && answer !== null) return answer as Record<string, unknown>;
    } catch (error) {
      throw new CliError(`error getting credentials - err: ${this.#program} answers no JSON`, 1, { cause: error });
    }
    throw new CliError(`error getting credentials - err: ${this.#program} answers no JSON object`);
  }

  /**
   * Undefined when the helper knows nothing of the server. Nothing else goes on meanwhile, and a helper may ask on the
   * terminal: it has that for itself. @throws CliError with docker's text
   */
  #run(verb: string, doing: string, input: string): string | undefined {
    const { spawnSync } = process.getBuiltinModule('node:child_process');
    const { status, stdout, error } = spawnSync(this.#program, [verb], {
      input,
      stdio: ['pipe', 'pipe', 'inherit'],
      encoding: 'utf8',
    });
    const output = (stdout ?? '').trim();
    if (status === 0) return output;
    if (output === NOT_FOUND) return undefined;
    const isMissing = error !== undefined && 'code' in error && error.code === 'ENOENT';
    const ended = isMissing
      ? `exec: ${JSON.stringify(this.#program)}: executable file not found in $PATH`
      : status === null
        ? (error?.message ?? 'ended by a signal')
        : `exit status ${status}`;
    throw new CliError(`error ${doing} credentials - err: ${ended}, out: \`${output}\``);
  }
}
