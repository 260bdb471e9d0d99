import type { Distribution, DistributionOptions } from '../../distribution/distribution.ts';
import type { DistributionBackend } from '../../server/routes/distribution/backend.ts';

/** What the registry of this host's images needs of registries. */
export type ImageSharing = Pick<Distribution, 'localManifest' | 'localManifests'>;

/** Registries, whose code is loaded when one is asked for the first time: most daemons idle most of the time. */
export function lazyDistribution(options: DistributionOptions): DistributionBackend & ImageSharing {
  let loading: Promise<Distribution> | undefined;
  const load = () =>
    (loading ??= import('../../distribution/distribution.ts').then((module) => new module.Distribution(options)));
  return {
    pull: async (request, report, signal) => (await load()).pull(request, report, signal),
    push: async (request, report, signal) => (await load()).push(request, report, signal),
    login: async (credentials, signal) => (await load()).login(credentials, signal),
    search: async (request, signal) => (await load()).search(request, signal),
    localManifest: async (image, signal) => (await load()).localManifest(image, signal),
    localManifests: async (image) => (await load()).localManifests(image),
    inspect: async (request, signal) => (await load()).inspect(request, signal),
  };
}
