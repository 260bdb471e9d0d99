import { isEngineError } from '../errors/engine-error.ts';
import { pruneRunning } from '../errors/images.ts';
import type { EventSink } from '../events/event-bus.ts';
import { hexOf } from '../lib/digest.ts';
import type { Filters } from '../lib/filters.ts';
import { familiarReference, parseReference } from '../lib/image-reference.ts';
import type { ImageRow } from '../state/images.ts';
import type { ImageContext } from './image-context.ts';
import { createdAtMs } from './image-document.ts';
import { hasLabels, singleUntilMs } from './list-images.ts';
import type { RemovedRow } from './remove-image.ts';
import { removeImage } from './remove-image.ts';

export interface PruneResult {
  readonly rows: readonly RemovedRow[];
  readonly reclaimedBytes: number;
}

const FILTERS = ['dangling', 'label', 'label!', 'until'];

/** Removes unused images: those without a name, and with `dangling=false` also the others. One at a time. */
export class ImagePruner {
  readonly #context: ImageContext;
  #isRunning = false;

  constructor(context: ImageContext) {
    this.#context = context;
  }

  /** @throws invalid_argument for filters that Docker refuses; conflict while another one runs. */
  async prune(filters: Filters): Promise<PruneResult> {
    if (this.#isRunning) throw pruneRunning();
    this.#isRunning = true;
    try {
      return await this.#prune(filters);
    } finally {
      this.#isRunning = false;
    }
  }

  async #prune(filters: Filters): Promise<PruneResult> {
    filters.validate(FILTERS);
    const danglingOnly = filters.flag('dangling') ?? true;
    const untilMs = singleUntilMs(filters) ?? Number.POSITIVE_INFINITY;
    const rows: RemovedRow[] = [];
    let reclaimedBytes = 0;
    for (const row of await this.#candidates(filters, { danglingOnly, untilMs })) {
      const sizes = this.#layerSizes(row);
      for (const reference of this.#referencesTo(row, danglingOnly)) rows.push(...(await this.#remove(reference)));
      for (const done of rows) if ('deleted' in done) reclaimedBytes += take(sizes, done.deleted);
    }
    publishPrune(this.#context.events, reclaimedBytes);
    return { rows, reclaimedBytes };
  }

  async #candidates(
    filters: Filters,
    want: { readonly danglingOnly: boolean; readonly untilMs: number },
  ): Promise<ImageRow[]> {
    const { state, catalog } = this.#context;
    const candidates: ImageRow[] = [];
    for (const row of state.all()) {
      const hasChildren = state.children(row.id).length > 0;
      if (hasChildren && (want.danglingOnly || state.namesOf(row.id).length === 0)) continue;
      const image = await catalog.get(row.id);
      if (createdAtMs(image) <= want.untilMs && hasLabels(image, filters)) candidates.push(row);
    }
    return candidates;
  }

  #referencesTo({ id }: ImageRow, danglingOnly: boolean): string[] {
    const names = this.#context.state.namesOf(id).map(parseReference);
    if (names.length === 0) return [hexOf(id)];
    if (danglingOnly && names.some(({ tag }) => tag !== undefined)) return [];
    return names.map(familiarReference);
  }

  /** What is in use, or went meanwhile, is left alone. */
  async #remove(reference: string): Promise<RemovedRow[]> {
    try {
      return await removeImage(this.#context, reference, { force: false, prune: true });
    } catch (error) {
      if (isEngineError(error, 'conflict') || isEngineError(error, 'not_found')) return [];
      throw error;
    }
  }

  #layerSizes({ topChainId }: ImageRow): Map<string, number> {
    const layers = topChainId === undefined ? [] : this.#context.layers.chain(topChainId);
    return new Map(layers.map(({ chainId, sizeBytes }) => [chainId, sizeBytes]));
  }
}

function take(sizes: Map<string, number>, key: string): number {
  const size = sizes.get(key) ?? 0;
  sizes.delete(key);
  return size;
}

function publishPrune(events: EventSink, reclaimedBytes: number): void {
  events.publish({ type: 'image', action: 'prune', actorId: '', attributes: { reclaimed: String(reclaimedBytes) } });
}
