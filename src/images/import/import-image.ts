import { decodeUnusual } from '../../layers/decode-archive.ts';
import type { Layer } from '../../layers/layer-store.ts';
import type { DiffId, Digest } from '../../lib/digest.ts';
import type { ImageReference } from '../../lib/image-reference.ts';
import { familiarReference, fullName } from '../../lib/image-reference.ts';
import type { Platform } from '../../lib/platform.ts';
import { hostPlatform } from '../../lib/platform.ts';
import type { Report } from '../../lib/progress.ts';
import { formatNs, nowNs } from '../../lib/timestamps.ts';
import { VERSION } from '../../lib/version.ts';
import type { ImageContext } from '../image-context.ts';
import type { ImageDocument } from '../image-document.ts';
import { createdAtMs, parseImageDocument } from '../image-document.ts';
import { publishImageEvent } from '../image-events.ts';
import type { ImageRunConfig } from '../image-store.ts';
import { applyChanges } from './apply-changes.ts';
import { openSource } from './import-source.ts';

export interface ImportRequest {
  /** The root file system as a tar, gzip or zstd; `-` is `body`, anything else an HTTP URL. */
  readonly source: string;
  readonly body: AsyncIterable<Uint8Array>;
  readonly name: ImageReference | undefined;
  readonly message: string;
  readonly platform: Platform | undefined;
  /** Instructions of a Dockerfile for the configuration. */
  readonly changes: readonly string[];
  /** Comes when nobody waits for the image any more. */
  readonly signal?: AbortSignal;
}

/**
 * Makes an image of one layer. The last message reported is its ID. All or nothing, as a load is.
 * @throws invalid_argument for a broken archive, change or URL; the signal's reason
 */
export async function importImage(context: ImageContext, request: ImportRequest, report: Report): Promise<void> {
  const { housekeeping, content, layers, events } = context;
  const { signal } = request;
  const source = await openSource(request.source, request.body, report, signal);
  const config = applyChanges({}, request.changes);
  await housekeeping.session(async () => {
    const blobs = new Set<Digest>();
    try {
      const { digest: blob } = await content.ingest(decodeUnusual(source));
      blobs.add(blob);
      const layer = await layers.apply({ parent: undefined, blob, ...(signal === undefined ? {} : { signal }) });
      signal?.throwIfAborted();
      const bytes = configBytes(request, config, layer);
      const { digest } = await content.ingest(once(bytes));
      blobs.add(digest);
      const document = parseImageDocument(bytes);
      keep(context, document, request.name);
      if (request.name !== undefined) publishImageEvent(events, 'tag', document, familiarReference(request.name));
      publishImageEvent(events, 'import', document);
      report({ status: document.id });
    } finally {
      await housekeeping.discard(blobs);
    }
  });
}

function keep({ state }: ImageContext, document: ImageDocument, name: ImageReference | undefined): void {
  state.transaction(() => {
    state.add({
      id: document.id,
      topChainId: document.topChainId,
      parentId: undefined,
      createdAtMs: createdAtMs(document),
    });
    if (name !== undefined) state.setName(fullName(name), document.id, Date.now());
  });
}

/** Keys in the order of their names, as Docker writes configurations. */
function configBytes(request: ImportRequest, config: ImageRunConfig, layer: Layer): Buffer {
  const { os, architecture, variant } = request.platform ?? hostPlatform();
  const created = formatNs(nowNs());
  const comment = request.message || `Imported from ${request.source}`;
  const diffIds: DiffId[] = [layer.diffId];
  return Buffer.from(
    JSON.stringify({
      architecture,
      comment,
      config,
      created,
      docker_version: VERSION,
      history: [{ created, comment }],
      os,
      rootfs: { type: 'layers', diff_ids: diffIds },
      ...(variant === undefined ? {} : { variant }),
    }),
  );
}

async function* once(bytes: Buffer): AsyncGenerator<Uint8Array> {
  yield bytes;
}
