import type { ChainId, Digest, ImageId } from '../lib/digest.ts';
import { familiarReference, fullName } from '../lib/image-reference.ts';
import { formatNs, nowNs } from '../lib/timestamps.ts';
import { VERSION } from '../lib/version.ts';
import type { ImageContext } from './image-context.ts';
import type { ImageDocument } from './image-document.ts';
import { createdAtMs, parseImageDocument } from './image-document.ts';
import { publishImageEvent } from './image-events.ts';
import type { CommitRequest } from './image-store.ts';

/** A tar of nothing but its end: a layer that would add nothing is none. */
const EMPTY_TAR = 'sha256:5f70bf18a086007016e948b04aed3b82103a36bea41755b6cddfaf10ace3c6ef';

/** Makes an image of one more layer. All or nothing, as an import is. @throws not_found for the parent. */
export async function commitImage(context: ImageContext, request: CommitRequest): Promise<ImageId> {
  const { housekeeping, content, layers, catalog, events } = context;
  return housekeeping.session(async () => {
    const blobs = new Set<Digest>();
    try {
      const parent = await catalog.get(request.parent);
      const { digest: blob } = await content.ingest(request.layer);
      blobs.add(blob);
      const isEmpty = blob === EMPTY_TAR;
      const layer = isEmpty ? undefined : await layers.apply({ parent: parent.topChainId, blob });
      const bytes = configBytes(request, parent, layer?.diffId);
      const { digest } = await content.ingest(once(bytes));
      blobs.add(digest);
      const document = parseImageDocument(bytes);
      keep(context, document, request, layer?.chainId ?? parent.topChainId);
      if (request.name !== undefined) publishImageEvent(events, 'tag', document, familiarReference(request.name));
      return document.id;
    } finally {
      await housekeeping.discard(blobs);
    }
  });
}

function keep(
  { state }: ImageContext,
  document: ImageDocument,
  { parent, name }: CommitRequest,
  topChainId: ChainId | undefined,
): void {
  state.transaction(() => {
    state.add({ id: document.id, topChainId, parentId: parent, createdAtMs: createdAtMs(document) });
    if (name !== undefined) state.setName(fullName(name), document.id, Date.now());
  });
}

/** Keys in the order of their names, as Docker writes configurations. */
function configBytes(request: CommitRequest, parent: ImageDocument, diffId: string | undefined): Buffer {
  const { author, comment, createdBy, container, config, containerConfig } = request;
  const created = formatNs(nowNs());
  const step = {
    created,
    created_by: createdBy,
    ...(author === '' ? {} : { author }),
    ...(comment === '' ? {} : { comment }),
    ...(diffId === undefined ? { empty_layer: true } : {}),
  };
  return Buffer.from(
    JSON.stringify({
      architecture: parent.architecture,
      ...(author === '' ? {} : { author }),
      config,
      container,
      container_config: containerConfig,
      created,
      docker_version: VERSION,
      history: [...parent.history, step],
      os: parent.os,
      rootfs: { type: 'layers', diff_ids: [...parent.diffIds, ...(diffId === undefined ? [] : [diffId])] },
      ...(parent.variant === undefined ? {} : { variant: parent.variant }),
    }),
  );
}

async function* once(bytes: Buffer): AsyncGenerator<Uint8Array> {
  yield bytes;
}
