import type { BuilderBackend, RegistryLogins, StepRun } from '../../builder/backend.ts';
import type { Containers } from '../../containers/containers.ts';
import type { TransientRun } from '../../containers/run-transient.ts';
import type { LocalImages } from '../../images/local-images.ts';
import type { Layers } from '../../layers/overlay-layer-store.ts';
import { type ImageReference, parseReference, withDefaultTag } from '../../lib/image-reference.ts';
import { resolveUser } from '../../runtime/rootfs/user.ts';
import type { Credentials, DistributionBackend } from '../../server/routes/distribution/backend.ts';

const HUB = 'docker.io';
const HUB_KEY = 'https://index.docker.io/v1/';
const NONE: Credentials = { username: '', password: '', identityToken: '', registryToken: '', serverAddress: '' };

/** What builds use of this engine. */
export function builderBackend(engine: {
  readonly images: LocalImages;
  readonly distribution: DistributionBackend;
  readonly containers: Containers;
  readonly layers: Layers;
}): BuilderBackend {
  const { images, distribution, containers, layers } = engine;
  return {
    images: {
      resolve: (reference) => images.resolve(reference),
      config: (id) => images.config(id),
      pull: (reference, { platform, logins, report, signal }) => {
        const name = withDefaultTag(parseReference(reference));
        return distribution.pull(
          { reference: name, platform, credentials: credentialsFor(name, logins) },
          report,
          signal,
        );
      },
      session: (work) => images.session(work),
      keep: (image) => images.keep(image),
      releaseLayers: (top) => images.releaseLayers(top),
    },
    containers: {
      runStep: (run) => containers.runTransient(transientOf(run)),
      resolveUser: (rootfs, user) => resolveUser(rootfs, user),
    },
    layers: layers.store,
    maker: layers.maker,
  };
}

function transientOf(run: StepRun): TransientRun {
  const { limits, networkMode, extraHosts, mounts } = run;
  return {
    ...run,
    mounts: mounts.map(({ destination, type, source, options }) => ({ destination, type, source, options })),
    hostConfig: {
      NetworkMode: networkMode,
      ExtraHosts: [...extraHosts],
      Memory: limits.memoryBytes,
      MemorySwap: limits.memorySwapBytes,
      CpuShares: limits.cpuShares,
      CpuPeriod: limits.cpuPeriod,
      CpuQuota: limits.cpuQuota,
      CpusetCpus: limits.cpusetCpus,
      CpusetMems: limits.cpusetMems,
      CgroupParent: limits.cgroupParent,
      ShmSize: limits.shmBytes,
      Ulimits: limits.ulimits.map((limit) => ({ ...limit })),
      SecurityOpt: limits.securityOptions.length === 0 ? null : [...limits.securityOptions],
    },
  };
}

/** Docker Hub's login stands under a name of its own. */
function credentialsFor({ name }: ImageReference, logins: RegistryLogins): Credentials {
  const [host = ''] = name.split('/', 1);
  return logins[host === HUB ? HUB_KEY : host] ?? NONE;
}
