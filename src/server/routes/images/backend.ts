import type { HistoryStep } from '../../../images/image-history.ts';
import type { ImportRequest } from '../../../images/import/import-image.ts';
import type { ImageDetails } from '../../../images/inspect-image.ts';
import type { ImageSummary, ListOptions } from '../../../images/list-images.ts';
import type { PruneResult } from '../../../images/prune-images.ts';
import type { RemovedRow, RemoveOptions } from '../../../images/remove-image.ts';
import type { Filters } from '../../../lib/filters.ts';
import type { ImageReference } from '../../../lib/image-reference.ts';
import type { Platform } from '../../../lib/platform.ts';
import type { ProgressMessage, Report } from '../../../lib/progress.ts';

export type { HistoryStep, ImageDetails, ImageSummary, ProgressMessage, RemovedRow, Report };

/** What the routes of images need of the engine; errors and guarantees as in `images/local-images.ts`. */
export interface ImageBackend {
  list(options: ListOptions): Promise<ImageSummary[]>;
  inspect(image: string): Promise<ImageDetails>;
  history(image: string): Promise<HistoryStep[]>;
  tag(image: string, name: ImageReference): Promise<void>;
  /** The signal comes when the client has hung up. */
  load(
    body: AsyncIterable<Uint8Array>,
    report: Report,
    options: { readonly platforms: readonly Platform[]; readonly signal: AbortSignal },
  ): Promise<void>;
  save(names: readonly string[]): Promise<AsyncIterable<Uint8Array>>;
  import(request: ImportRequest, report: Report): Promise<void>;
  remove(image: string, options: RemoveOptions): Promise<RemovedRow[]>;
  prune(filters: Filters): Promise<PruneResult>;
}
