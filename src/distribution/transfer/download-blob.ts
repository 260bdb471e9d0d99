import { internalError, isEngineError, messageOf } from '../../errors/engine-error.ts';
import { hasErrorCode } from '../../lib/system-error.ts';
import type { DistributionContext } from '../context.ts';
import type { Descriptor } from '../manifest/manifest.ts';
import type { RegistryClient } from '../registry-client.ts';
import type { DownloadProgress } from './download-progress.ts';
import { readBlob } from './read-blob.ts';

/** Between two messages about the same layer. */
const TELL_EVERY_MS = 100;

export interface BlobDownload {
  /** The repository, without its registry. */
  readonly name: string;
  readonly blob: Pick<Descriptor, 'digest' | 'sizeBytes'>;
  readonly scopes: readonly string[];
  /** As for the content store's `ingest`. */
  readonly sync: boolean;
}

/**
 * Brings a blob from a registry into the content store, where it appears whole and checked or not at all. One that is
 * there is not fetched again.
 * @throws RegistryError, ExchangeError; internal with Docker's text when it is not what its digest says
 */
export async function downloadBlob(
  { content, settings }: Pick<DistributionContext, 'content' | 'settings'>,
  client: RegistryClient,
  { name, blob, scopes, sync }: BlobDownload,
  tell: (progress: DownloadProgress) => void,
  signal: AbortSignal,
): Promise<void> {
  const known = await content.stat(blob.digest);
  if (known?.sizeBytes !== blob.sizeBytes) {
    const onWait = (waitMs: number) => tell({ state: 'retrying', waitMs });
    const bytes = readBlob(client, { name, blob, scopes, rules: settings, signal, onWait });
    try {
      const { digest, sizeBytes } = blob;
      await content.ingest(counted(bytes, sizeBytes, tell), { digest, sizeBytes, sync });
    } catch (error) {
      throw inDockersWords(error, blob);
    }
  }
  tell({ state: 'complete' });
}

async function* counted(
  bytes: AsyncIterable<Uint8Array>,
  total: number,
  tell: (progress: DownloadProgress) => void,
): AsyncGenerator<Uint8Array> {
  let current = 0;
  let toldAt = 0;
  for await (const chunk of bytes) {
    current += chunk.length;
    const now = performance.now();
    if (now - toldAt >= TELL_EVERY_MS || current === total) {
      toldAt = now;
      tell({ state: 'downloading', current, total });
    }
    yield chunk;
  }
  tell({ state: 'verifying' });
}

function inDockersWords(error: unknown, { digest }: BlobDownload['blob']): unknown {
  if (isEngineError(error, 'invalid_argument')) {
    return internalError(`filesystem layer verification failed for digest ${digest}`, error);
  }
  if (hasErrorCode(error, 'ENOSPC')) {
    return internalError(`blob ${digest} cannot be kept: no space left on device`, error);
  }
  return error instanceof Error ? error : internalError(messageOf(error), error);
}
