import { chainIdsOf } from '../lib/digest.ts';
import { Filters } from '../lib/filters.ts';
import type { DiskUsage, UsageType } from '../server/routes/system/backend.ts';
import type { Engine } from './wire.ts';

/** Sizes of what is asked for; containers are measured file by file, which takes a while where there are many. */
export async function diskUsage(engine: Engine, types: ReadonlySet<UsageType>): Promise<DiskUsage> {
  const [images, containers] = await Promise.all([
    types.has('image') ? imageUsage(engine) : undefined,
    types.has('container') ? containerUsage(engine) : undefined,
  ]);
  return {
    layersSizeBytes: images?.layersSizeBytes ?? 0,
    ...(images === undefined ? {} : { images: images.summaries }),
    ...(containers === undefined ? {} : { containers }),
  };
}

async function imageUsage({ images, layers }: Engine) {
  const filters = new Filters();
  const summaries = await images.list({ filters, all: true, withSharedSize: true, withContainers: true });
  const chains = new Set(summaries.flatMap(({ image }) => chainIdsOf(image.diffIds)));
  const layersSizeBytes = [...chains].reduce((sum, chain) => sum + layers.get(chain).sizeBytes, 0);
  return { summaries, layersSizeBytes };
}

function containerUsage({ containers }: Engine) {
  return containers.list({ all: true, limit: 0, size: true, filters: new Filters() });
}
