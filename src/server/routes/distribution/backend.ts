import type { Credentials } from '../../../distribution/credentials.ts';
import type { RemoteManifest } from '../../../distribution/inspect-manifest.ts';
import type { Login } from '../../../distribution/login.ts';
import type { PullRequest } from '../../../distribution/pull/pull-request.ts';
import type { PushRequest } from '../../../distribution/push/push-images.ts';
import type { SearchRequest, SearchResult } from '../../../distribution/search.ts';
import type { ImageReference } from '../../../lib/image-reference.ts';
import type { Report } from '../../../lib/progress.ts';

export type { Credentials, RemoteManifest, SearchResult };

/** What the routes need of registries; errors and guarantees as in `distribution/distribution.ts`. */
export interface DistributionBackend {
  pull(request: PullRequest, report: Report, signal: AbortSignal): Promise<void>;
  push(request: PushRequest, report: Report, signal: AbortSignal): Promise<void>;
  login(credentials: Credentials, signal: AbortSignal): Promise<Login>;
  search(request: SearchRequest, signal: AbortSignal): Promise<SearchResult[]>;
  inspect(
    request: { readonly reference: ImageReference; readonly credentials: Credentials },
    signal: AbortSignal,
  ): Promise<RemoteManifest>;
}
