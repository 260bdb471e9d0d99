import type { ContentStore } from '../content/content-store.ts';
import type { LayerStore } from '../layers/layer-store.ts';
import type { ImageId } from '../lib/digest.ts';
import type { ImageReference } from '../lib/image-reference.ts';
import type { Report } from '../lib/progress.ts';
import type { StateDatabase } from '../state/database.ts';
import { DistributionState } from '../state/distribution.ts';
import type { DistributionContext } from './context.ts';
import type { Credentials } from './credentials.ts';
import { inspectManifest, type RemoteManifest } from './inspect-manifest.ts';
import type { LocalImageStore } from './local-image-store.ts';
import { type LocalManifest, localManifest, localManifests } from './local-manifests.ts';
import { type Login, login } from './login.ts';
import { pullImages } from './pull/pull-images.ts';
import type { PullRequest } from './pull/pull-request.ts';
import { type PushRequest, pushImages } from './push/push-images.ts';
import type { RegistrySettings } from './registry-settings.ts';
import { type SearchRequest, type SearchResult, search } from './search.ts';
import { SharedDownloads } from './transfer/shared-downloads.ts';
import { Slots } from './transfer/slots.ts';

export interface DistributionOptions {
  readonly database: StateDatabase;
  readonly content: ContentStore;
  readonly layers: LayerStore;
  readonly images: LocalImageStore;
  readonly settings: RegistrySettings;
}

/** As many as there are processors on small machines; more would only wait for each other. */
const COMPRESSIONS = 2;

/** Images from and to registries; each verb is in a file of its own. All end when their signal comes. */
export class Distribution {
  readonly #context: DistributionContext;

  constructor({ database, content, layers, images, settings }: DistributionOptions) {
    this.#context = {
      content,
      layers,
      images,
      settings,
      state: new DistributionState(database),
      downloads: new SharedDownloads(() => settings.maxDownloads),
      compressions: new SharedDownloads(() => COMPRESSIONS),
      uploads: new Slots(() => settings.maxUploads),
    };
  }

  pull(request: PullRequest, report: Report, signal: AbortSignal): Promise<void> {
    return pullImages(this.#context, request, report, signal);
  }

  push(request: PushRequest, report: Report, signal: AbortSignal): Promise<void> {
    return pushImages(this.#context, request, report, signal);
  }

  login(credentials: Credentials, signal: AbortSignal): Promise<Login> {
    return login(this.#context.settings, credentials, signal);
  }

  search(request: SearchRequest, signal: AbortSignal): Promise<SearchResult[]> {
    return search(this.#context.settings, request, signal);
  }

  inspect(
    request: { readonly reference: ImageReference; readonly credentials: Credentials },
    signal: AbortSignal,
  ): Promise<RemoteManifest> {
    return inspectManifest(this.#context, request, signal);
  }

  localManifest(image: ImageId, signal: AbortSignal): Promise<LocalManifest> {
    return localManifest(this.#context, image, signal);
  }

  localManifests(image: ImageId): Promise<LocalManifest[]> {
    return localManifests(this.#context, image);
  }
}
