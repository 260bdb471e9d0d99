import { randomBytes } from 'node:crypto';
import type { ChainId } from '../../lib/digest.ts';
import { nowNs } from '../../lib/timestamps.ts';
import type { BuildCacheEntry, BuildCacheState } from '../../state/build-cache.ts';

/** What a step came to. */
export interface StepResult {
  /** The cache's entry of it. */
  readonly id: string;
  /** The topmost layer after it; undefined when there is none at all. */
  readonly top: ChainId | undefined;
  readonly createdNs: bigint;
}

/** A step that another host has made, and whose layers are here. */
export interface ImportedStep {
  readonly top: ChainId | undefined;
  readonly createdNs: bigint;
}

export interface MadeStep {
  /** The topmost layer after the step. */
  readonly top: ChainId | undefined;
  readonly sizeBytes: number;
}

/** Notes what a step made. In the transaction in which its layer is kept, so that neither is there without the other. */
export type Keep = (made: MadeStep) => void;

export interface StepRequest {
  /** The same for steps that must come to the same; any of them finds it. The last one is the most precise. */
  readonly keys: readonly string[];
  readonly parentId: string | undefined;
  readonly description: string;
  /** False makes the step anew; the result is kept all the same. */
  readonly mayUse: boolean;
  /** When images say that the step was made; now when undefined. */
  readonly createdNs: bigint | undefined;
  /** Ends the wait for another build. */
  readonly signal: AbortSignal;
  /** Makes the step, and calls `keep` once. */
  make(keep: Keep): Promise<void>;
}

/**
 * The results of steps, by what they were made of. Two builds that come to one step at the same time share it: the second
 * waits for the first. Entries live in the state database, beside the layers that they name.
 */
export class BuildCache {
  readonly #state: BuildCacheState;
  readonly #making = new Map<string, Promise<StepResult>>();

  constructor(state: BuildCacheState) {
    this.#state = state;
  }

  /** Takes a step over that was made elsewhere. Its layers are here, and stay from now on. */
  adopt(keys: readonly string[], step: ImportedStep, description: string): void {
    this.#state.add(entryOf({ keys, description, parentId: undefined, createdNs: step.createdNs }, step.top, 0), keys);
  }

  has(keys: readonly string[]): boolean {
    return keys.some((key) => this.#state.find(key) !== undefined);
  }

  find(keys: readonly string[]): StepResult | undefined {
    for (const key of keys) {
      const entry = this.#state.find(key);
      if (entry === undefined) continue;
      this.#state.use(entry.id, Date.now());
      for (const other of keys) if (other !== key) this.#state.addKey(other, entry.id);
      return toResult(entry);
    }
    return undefined;
  }

  /**
   * The step's result, from the cache, from another build that makes it now, or made. A build that fails or is called
   * off does not take those with it that wait for its step: they make it themselves.
   */
  async resolve(request: StepRequest): Promise<{ readonly result: StepResult; readonly isCached: boolean }> {
    const [key = ''] = request.keys.slice(-1);
    for (;;) {
      const known = request.mayUse ? this.find(request.keys) : undefined;
      if (known !== undefined) return { result: known, isCached: true };
      const other = request.mayUse ? this.#making.get(key) : undefined;
      if (other === undefined) break;
      const [shared] = await Promise.allSettled([Promise.race([other, aborted(request.signal)])]);
      if (shared.status === 'fulfilled') return { result: shared.value, isCached: true };
      // That step's failure is told to the build whose step it was.
      request.signal.throwIfAborted();
    }
    const making = this.#make(request);
    if (!this.#making.has(key)) this.#making.set(key, making);
    try {
      return { result: await making, isCached: false };
    } finally {
      if (this.#making.get(key) === making) this.#making.delete(key);
    }
  }

  async #make(request: StepRequest): Promise<StepResult> {
    let entry: BuildCacheEntry | undefined;
    await request.make((made) => {
      entry = entryOf(request, made.top, made.sizeBytes);
      this.#state.add(entry, request.keys);
    });
    if (entry === undefined) throw new Error('a step of a build ended without a result');
    return toResult(entry);
  }
}

function entryOf(
  { parentId, description, createdNs }: Pick<StepRequest, 'keys' | 'parentId' | 'description' | 'createdNs'>,
  top: ChainId | undefined,
  sizeBytes: number,
): BuildCacheEntry {
  return {
    id: randomBytes(13).toString('hex').slice(0, 25),
    parentId,
    kind: 'regular',
    description,
    chainId: top,
    directory: undefined,
    sizeBytes,
    createdNs: createdNs ?? nowNs(),
    lastUsedMs: Date.now(),
    usageCount: 1,
  };
}

function toResult({ id, chainId, createdNs }: BuildCacheEntry): StepResult {
  return { id, top: chainId, createdNs };
}

function aborted(signal: AbortSignal): Promise<never> {
  const { promise, reject } = Promise.withResolvers<never>();
  signal.addEventListener('abort', () => reject(signal.reason), { once: true });
  return promise;
}
