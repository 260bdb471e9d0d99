import type { LayerStore } from '../layers/layer-store.ts';

/** What images need of layers; containers need the rest. */
export type ImageLayers = Pick<LayerStore, 'apply' | 'get' | 'chain' | 'release' | 'exportTar'>;
