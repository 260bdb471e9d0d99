import { internalError } from '../../errors/engine-error.ts';
import type { Credentials } from '../credentials.ts';
import type { HttpClient } from '../http/http-client.ts';
import type { Challenge } from './challenge.ts';
import { parseChallenges } from './challenge.ts';
import { basicAuthorization, fetchToken, type Token } from './fetch-token.ts';

/** A token that is about to end is not used for a request that may take a moment to arrive. */
const MARGIN_MS = 10_000;

/** Says who we are, in the way that one registry asks for. Tokens are kept until they end, one for each set of scopes. */
export class Authorizer {
  readonly #http: HttpClient;
  readonly #credentials: Credentials;
  readonly #isEncrypted: boolean;
  readonly #tokens = new Map<string, Promise<Token>>();
  #challenge: Challenge | undefined;

  constructor(http: HttpClient, credentials: Credentials, isEncrypted: boolean) {
    this.#http = http;
    this.#credentials = credentials;
    this.#isEncrypted = isEncrypted;
  }

  /** Takes what the registry answered to a request that it refused by 401. */
  learn(header: string | undefined): void {
    const challenges = parseChallenges(header ?? '');
    this.#challenge =
      challenges.find(({ scheme }) => scheme === 'bearer') ?? challenges.find(({ scheme }) => scheme === 'basic');
  }

  get challenge(): Challenge | undefined {
    return this.#challenge;
  }

  /** The tokens got until now are not used again. */
  forget(): void {
    this.#tokens.clear();
  }

  /**
   * The `Authorization` header for a request, undefined when the registry asks for none.
   * @throws internal with Docker's text when a password is wanted and there is none; what the token server says
   */
  async header(scopes: readonly string[], signal: AbortSignal): Promise<string | undefined> {
    const { registryToken, username } = this.#credentials;
    if (registryToken !== '') return `Bearer ${registryToken}`;
    const challenge = this.#challenge;
    if (challenge === undefined) return undefined;
    if (challenge.scheme === 'basic') {
      if (username === '') throw internalError('no basic auth credentials');
      return basicAuthorization(this.#credentials);
    }
    return `Bearer ${(await this.#token(challenge, scopes, signal)).text}`;
  }

  async #token(challenge: Challenge, wanted: readonly string[], signal: AbortSignal): Promise<Token> {
    const asked = challenge.parameters.get('scope');
    // At the first contact the registry cannot know what we are about to do: what we know counts more.
    const scopes = wanted.length === 0 && asked !== undefined ? [asked] : wanted;
    const key = scopes.join(' ');
    // A failure to get one was told to whoever asked for it; this is another attempt.
    const known = await this.#tokens.get(key)?.catch(() => undefined);
    if (known !== undefined && known.expiresAtMs - Date.now() > MARGIN_MS) return known;
    const fetching = fetchToken(this.#http, {
      challenge,
      scopes,
      credentials: this.#credentials,
      isEncrypted: this.#isEncrypted,
      signal,
    });
    this.#tokens.set(key, fetching);
    return fetching;
  }
}
