/**
 * How a build goes on, for clients that ask for it by the header `X-Skiff-Progress`: the `aux` of messages with the ID
 * `skiff.build`, which the same header of the answer tells. A client that does not ask gets text, as Docker's classic
 * builder writes it.
 */
export type BuildEvent =
  | { readonly Kind: 'step'; readonly Step: number; readonly Name: string; readonly TimeMs: number }
  | { readonly Kind: 'output'; readonly Step: number; readonly Stream: 1 | 2; readonly Text: string }
  | {
      readonly Kind: 'done';
      readonly Step: number;
      readonly Cached: boolean;
      readonly DurationMs: number;
      readonly Error?: string;
      /** Of a step that was given up because another one failed, or the build was called off. */
      readonly Canceled?: true;
      /** Of a command that failed, the last of what it has written. */
      readonly Lines?: readonly string[];
      /** The Dockerfile's lines, where the error does not show them. */
      readonly Excerpt?: string;
    }
  | {
      readonly Kind: 'warning';
      /** Empty for what is about no line of the Dockerfile. */
      readonly Rule: string;
      readonly Message: string;
      readonly Line: number;
      readonly Url: string;
    };

export const BUILD_EVENT_ID = 'skiff.build';
export const PROGRESS_HEADER = 'x-skiff-progress';

/** What `POST /build/prune` answers. */
export interface BuildPruneResponse {
  readonly CachesDeleted: readonly string[] | null;
  readonly SpaceReclaimed: number;
}

/** One entry of the build cache, in `/system/df`. */
export interface BuildCacheResponse {
  readonly ID: string;
  readonly Parents?: readonly string[];
  readonly Type: string;
  readonly Description: string;
  readonly InUse: boolean;
  readonly Shared: boolean;
  readonly Size: number;
  readonly CreatedAt: string;
  readonly LastUsedAt: string | null;
  readonly UsageCount: number;
}
