import type { VolumeJson } from '../api-types/volume.ts';
import { chainIdsOf } from '../lib/digest.ts';
import { Filters } from '../lib/filters.ts';
import type { DiskUsage, UsageType } from '../server/routes/system/backend.ts';
import { volumeJson } from '../server/routes/volumes/volume-json.ts';
import type { Engine } from './wire/wire.ts';

/** Sizes of what is asked for; containers are measured file by file, which takes a while where there are many. */
export async function diskUsage(engine: Engine, types: ReadonlySet<UsageType>): Promise<DiskUsage> {
  const [images, containers, volumes, buildCache] = await Promise.all([
    types.has('image') ? imageUsage(engine) : undefined,
    types.has('container') ? containerUsage(engine) : undefined,
    types.has('volume') ? volumeUsage(engine) : undefined,
    types.has('build-cache') ? engine.builder.usage() : undefined,
  ]);
  return {
    layersSizeBytes: images?.layersSizeBytes ?? 0,
    ...(images === undefined ? {} : { images: images.summaries }),
    ...(containers === undefined ? {} : { containers }),
    ...(volumes === undefined ? {} : { volumes }),
    ...(buildCache === undefined ? {} : { buildCache }),
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

/** Without volumes that are somebody else's file system, which take no room here. */
function volumeUsage({ volumes }: Engine): Promise<VolumeJson[]> {
  const local = volumes.list().filter(({ options }) => options === null);
  return Promise.all(
    local.map(async (record) => ({
      ...volumeJson(volumes, record),
      UsageData: { RefCount: volumes.usersOf(record.name).length, Size: await volumes.sizeBytes(record.name) },
    })),
  );
}
