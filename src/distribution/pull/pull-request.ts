import type { ImageReference } from '../../lib/image-reference.ts';
import type { Platform } from '../../lib/platform.ts';
import type { Credentials } from '../credentials.ts';

export interface PullRequest {
  /** Without tag and digest it means all tags of the repository. */
  readonly reference: ImageReference;
  /** Undefined is this host's. */
  readonly platform: Platform | undefined;
  readonly credentials: Credentials;
}
