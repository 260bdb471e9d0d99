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

/** A registry as the one to cache, reached as the daemon reaches registries. */
export class RegistryUpstream implements Upstream {
  readonly #url: URL;
  readonly #credentials: Credentials;
  #client: Promise<RegistryClient> | undefined;

  /** With `account`, all that it may pull is served. */
  constructor(url: URL, account?: { readonly username: string; readonly password: string }) {
    this.#url = url;
    this.#credentials = { ...NO_CREDENTIALS, ...account };
  }

  resolve(name: RepositoryName, tag: Tag): Promise<Digest | undefined> {
    return this.#ask((client) => headManifest(client, locationOf(name, tag)));
  }

  manifest(name: RepositoryName, reference: Tag | Digest): Promise<{ contentType: string; bytes: Buffer } | undefined> {
    return this.#ask((client) => fetchDocument(client, locationOf(name, reference)));
  }

  blobSize(name: RepositoryName, digest: Digest): Promise<number | undefined> {
    return this.#ask(async (client) => {
      const target = blobTarget(name, digest);
      const response = await client.send({ method: 'HEAD', target, scopes: [pullScope(name)], signal: never() });
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
    return this.#ask(async (client) => (await listTags(client, name, never())).filter(isTag).sort());
  }

  referrers(name: RepositoryName, subject: Digest): Promise<Referrer[] | undefined> {
    return this.#ask((client) => listReferrers(client, { name, subject }, never()));
  }

  /**
   * What the registry refuses as not found, or does not show to this account, is undefined.
   * @throws unavailable when it does not answer, has troubles of its own, asks to be left alone, or refuses the password
   */
  async #ask<T>(question: (client: RegistryClient) => Promise<T>): Promise<T | undefined> {
    const client = await this.#connected().catch((error: unknown) => {
      throw this.#unavailable(error);
    });
    try {
      return await question(client);
    } catch (error) {
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
    const client = await RegistryClient.connect(endpoint, this.#credentials, SETTINGS, never());
    if (this.#credentials.username === '') return client;
    try {
      await prove(client, this.#credentials, never());
      return client;
    } catch (error) {
      client.close();
      throw error;
    }
  }
}

function locationOf(name: RepositoryName, reference: Tag | Digest) {
  return { name, reference, scopes: [pullScope(name)], signal: never() };
}

/** What is fetched for the cache is fetched to its end. */
function never(): AbortSignal {
  return new AbortController().signal;
}
