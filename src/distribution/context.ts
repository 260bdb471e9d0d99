import type { ContentStore } from '../content/content-store.ts';
import type { LayerStore } from '../layers/layer-store.ts';
import type { DistributionState } from '../state/distribution.ts';
import type { LocalImageStore } from './local-image-store.ts';
import type { RegistrySettings } from './registry-settings.ts';
import type { SharedDownloads } from './transfer/shared-downloads.ts';
import type { Slots } from './transfer/slots.ts';

/** What the verbs of this module work on. */
export interface DistributionContext {
  readonly images: LocalImageStore;
  readonly content: ContentStore;
  readonly layers: Pick<LayerStore, 'apply' | 'get' | 'compressedBlob' | 'compress'>;
  readonly state: DistributionState;
  readonly settings: RegistrySettings;
  readonly downloads: SharedDownloads;
  /** Layers on their way to a compressed form, which is shared as downloads are. */
  readonly compressions: SharedDownloads;
  readonly uploads: Slots;
}
