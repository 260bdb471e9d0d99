import { tooManyLayers } from '../errors/layers.ts';
import type { ChainId } from '../lib/digest.ts';
import type { LayerRecords } from '../state/layers.ts';
import { MAX_DEPTH } from './layer-store.ts';

/**
 * One more layer may lie on `top`, by what is recorded: whoever makes several layers at once knows how many they are.
 * @throws internal when there are as many as can be, as with Docker.
 */
export function requireRoomOn(records: LayerRecords, top: ChainId | undefined): void {
  let depth = 0;
  for (let next = top; next !== undefined; next = records.find(next)?.parent) depth++;
  if (depth >= MAX_DEPTH) throw tooManyLayers();
}
