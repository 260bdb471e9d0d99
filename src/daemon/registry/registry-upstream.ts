import { type Credentials, NO_CREDENTIALS } from '../../distribution/credentials.ts';
import { readBody } from '../../distribution/http/http-client.ts';
import { RegistryError } from '../../distribution/http/registry-error.ts';
import { ExchangeError } from '../../distribution/http/transport-error.ts';
import { listReferrers, type Referrer } from '../../distribution/list-referrers.ts';
import { listTags } from '../../distribution/list-tags.ts';
import { prove } from '../../distribution/login.ts';
import { fetchDocument, headManifest } from '../../distribution/manifest/fetch-manifest.ts';
import { blobTarget, RegistryClient } from '../../distribution/registry-client.ts';
import type { RegistrySettings } from '../../distribution/registry-settings.ts';
import { pullScope } from '../../distribution/scopes.ts';
import { readBlob } from '../../distribution/transfer/read-blob.ts';
import { EngineError, messageOf } from '../../errors/engine-error.ts';
import type { Digest } from '../../lib/digest.ts';
import type { Upstream } from '../../registry/cache/upstream.ts';
import { isTag, type RepositoryName, type Tag } from '../../registry/names.ts';

const SETTINGS: RegistrySettings = {
  mirrors: [],
  insecureRegistries: [],
  certificateFolders: ['/etc/docker/certs.d', '/etc/skiff/certs.d'],
  maxDownloads: 3,
  maxUploads: 1,
  maxAttempts: 3,
  firstRetryMs: 200,
};

/** A registry that takes this long to say what a name means does not answer: what is known of it is served then. */
const ANSWER_LIMIT_MS = 15_000;
/** The same for lists, which may have many pages. */
const LIST_LIMIT_MS = 60_000;

export interface UpstreamOptions {
  /** By whom it is asked: all that they may pull is served. */
  readonly account?: { readonly username: string; readonly password: string } | undefined;
  readonly answerLimitMs?: number;
}

/** A registry as the one to cache, reached as the daemon reaches registries. */
export class RegistryUpstream implements Upstream {
  readonly #url: URL;
  readonly #credentials: Credentials;
  readonly #answerLimitMs: number;
  #client: Promise<RegistryClient> | undefined;

  constructor(url: URL, { account, answerLimitMs = ANSWER_LIMIT_MS }: UpstreamOptions = {}) {
    this.#url = url;
    this.#credentials = { ...NO_CREDENTIALS, ...account };
    this.#answerLimitMs = answerLimitMs;
  }

  resolve(name: RepositoryName, tag: Tag): Promise<Digest | undefined> {
    return this.#ask((client, signal) => headManifest(client, locationOf(name, tag, signal)));
  }

  manifest(name: RepositoryName, reference: Tag | Digest): Promise<{ contentType: string; bytes: Buffer } | undefined> {
    return this.#ask((client, signal) => fetchDocument(client, locationOf(name, reference, signal)));
  }

  blobSize(name: RepositoryName, digest: Digest): Promise<number | undefined> {
    return this.#ask(async (client, signal) => {
      const target = blobTarget(name, digest);
      const response = await client.send({ method: 'HEAD', target, scopes: [pullScope(name)], signal });
      await readBody(response, 0);
      const sizeBytes = Number(response.header('content-length') ?? Number.NaN);
      return Number.isSafeInteger(sizeBytes) ? sizeBytes : undefined;
    });
  }

  async *readBlob(name: RepositoryName, blob: { digest: Digest; sizeBytes: number }): AsyncGenerator<Uint8Array> {
    const { maxAttempts, firstRetryMs } = SETTINGS;
    yield* readBlob(await this.#connected(), {
      name,
      blob,
      scopes: [pullScope(name)],
      rules: { maxAttempts, firstRetryMs },
      signal: never(),
      onWait: () => undefined,
    });
  }

  tags(name: RepositoryName): Promise<Tag[] | undefined> {
    return this.#ask(
      async (client, signal) => (await listTags(client, name, signal)).filter(isTag).sort(),
      LIST_LIMIT_MS,
    );
  }

  referrers(name: RepositoryName, subject: Digest): Promise<Referrer[] | undefined> {
    return this.#ask((client, signal) => listReferrers(client, { name, subject }, signal), LIST_LIMIT_MS);
  }

  /**
   * What the registry refuses as not found, or does not show to this account, is undefined.
   * @throws unavailable when it does not answer, has troubles of its own, asks to be left alone, or refuses the password
   */
  async #ask<T>(
    question: (client: RegistryClient, signal: AbortSignal) => Promise<T>,
    limitMs: number = this.#answerLimitMs,
  ): Promise<T | undefined> {
    const client = await this.#connected().catch((error: unknown) => {
      throw this.#unavailable(error);
    });
    const signal = AbortSignal.timeout(limitMs);
    try {
      return await question(client, signal);
    } catch (error) {
      if (signal.aborted) throw this.#unavailable(new Error(`no answer within ${limitMs} ms`, { cause: error }));
      if (error instanceof RegistryError && [401, 403, 404].includes(error.status)) return undefined;
      const isAway = error instanceof ExchangeError || (error instanceof RegistryError && error.status >= 429);
      if (!isAway) throw error;
      throw this.#unavailable(error);
    }
  }

  #unavailable(error: unknown): EngineError {
    return new EngineError('unavailable', `${this.#url.host}: ${messageOf(error)}`, { cause: error });
  }

  /** Connected at the first question, and again after a failure to. */
  #connected(): Promise<RegistryClient> {
    this.#client ??= this.#connect();
    this.#client.catch(() => (this.#client = undefined));
    return this.#client;
  }

  /** A password that is refused is told at once: later it would look as if the registry had nothing. */
  async #connect(): Promise<RegistryClient> {
    const { origin, host } = this.#url;
    const endpoint = { base: origin, host, isMirror: false, acceptsAnyCertificate: false };
    const signal = AbortSignal.timeout(this.#answerLimitMs);
    const client = await RegistryClient.connect(endpoint, this.#credentials, SETTINGS, signal);
    if (this.#credentials.username === '') return client;
    try {
      await prove(client, this.#credentials, signal);
      return client;
    } catch (error) {
      client.close();
      throw error;
    }
  }
}

function locationOf(name: RepositoryName, reference: Tag | Digest, signal: AbortSignal) {
  return { name, reference, scopes: [pullScope(name)], signal };
}

/** A blob that is fetched for the cache is fetched to its end. */
function never(): AbortSignal {
  return new AbortController().signal;
}
