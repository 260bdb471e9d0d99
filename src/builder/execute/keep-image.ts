import { ANNOTATIONS_FIELD, type ImageDocument } from '../../images/image-document.ts';
import type { ImageHistoryEntry, ImageRunConfig } from '../../images/image-store.ts';
import type { ImageId } from '../../lib/digest.ts';
import type { ImageReference } from '../../lib/image-reference.ts';
import { formatNs, nowNs } from '../../lib/timestamps.ts';
import type { StagePlan } from '../plan/build-plan.ts';
import type { BuildRun, StageState } from './build-run.ts';
import { inlineCache } from './inline-cache.ts';

const COMMENT = 'buildkit.dockerfile.v0';

export interface ImageWish {
  readonly config: ImageRunConfig;
  readonly author: string | undefined;
  readonly names: readonly ImageReference[];
}

/** Makes an image of a stage. The same stage always gives the same bytes, and so the same image. */
export async function keepImage(
  run: BuildRun,
  stage: StagePlan,
  state: StageState,
  { config, author, names }: ImageWish,
): Promise<ImageId> {
  const { images, layers, maker } = run.backend;
  const base = await baseImageOf(run, stage);
  const chain = state.top === undefined ? [] : layers.chain(state.top);
  const { buildArgs, annotations } = run.request;
  const inline = buildArgs['BUILDKIT_INLINE_CACHE'] === '1';
  const annotated = Object.keys(annotations).length > 0;
  const { os, architecture, variant } = stage.platform;
  const created = formatNs(state.history.at(-1)?.createdNs ?? createdOf(run, base));
  const document = {
    architecture,
    ...(author === undefined || author === '' ? {} : { author }),
    config,
    created,
    history: [...(base?.history ?? []), ...state.history.map((step) => historyEntry(step, author))],
    os,
    rootfs: { type: 'layers', diff_ids: chain.map(({ diffId }) => diffId) },
    ...(variant === undefined ? {} : { variant }),
    ...(annotated ? { [ANNOTATIONS_FIELD]: annotations } : {}),
    ...(inline ? inlineCache(state.steps, chain) : {}),
  };
  return images.keep({
    config: Buffer.from(JSON.stringify(document)),
    topChainId: state.top,
    names,
    markUnsynced: (id) => maker.markUnsynced(id),
  });
}

function historyEntry(step: StageState['history'][number], author: string | undefined): ImageHistoryEntry {
  return {
    ...(author === undefined || author === '' ? {} : { author }),
    created: formatNs(step.createdNs),
    created_by: step.createdBy,
    comment: COMMENT,
    ...(step.madeLayer ? {} : { empty_layer: true }),
  };
}

/** The image that a stage stands on, through all stages in between. */
export async function baseImageOf(run: BuildRun, stage: StagePlan): Promise<ImageDocument | undefined> {
  let at: StagePlan | undefined = stage;
  while (at?.base.kind === 'stage') {
    const { id }: { readonly id: number } = at.base;
    at = run.plan.stages.find((candidate) => candidate.id === id);
  }
  return at?.base.kind === 'image' ? run.backend.images.resolve(at.base.image.id) : undefined;
}

function createdOf({ epoch }: BuildRun, base: ImageDocument | undefined): bigint {
  if (epoch !== undefined) return BigInt(epoch) * 1_000_000_000n;
  const time = Date.parse(base?.created ?? '');
  return Number.isNaN(time) ? nowNs() : BigInt(time) * 1_000_000n;
}
