import type { ImageRunConfig } from '../../images/image-store.ts';
import type { Platform } from '../../lib/platform.ts';
import type { Dockerfile, LineRange } from '../parse/dockerfile.ts';
import type { LintWarning } from './lint-warning.ts';

/**
 * Everything that a build has to do, worked out before anything runs: names resolved, variables expanded, stages that
 * the target does not need left out. Plain data; two plans of the same inputs are deeply equal.
 */
export interface BuildPlan {
  readonly dockerfile: Dockerfile;
  /** Each stage comes after those it needs. Stages that share no path through `needs` may run at once. */
  readonly stages: readonly StagePlan[];
  /** The stage that becomes the image; always in `stages`. */
  readonly target: StagePlan;
  readonly warnings: readonly LintWarning[];
  /** `--build-arg` names that no ARG asked for. */
  readonly unusedBuildArgs: readonly string[];
  /** Seconds since 1970 that the image's times are to be: a build argument or a global ARG. */
  readonly sourceDateEpoch: string | undefined;
}

export interface StagePlan {
  /** Its place among the Dockerfile's FROMs, from zero. */
  readonly id: number;
  /** `AS build`, else undefined. */
  readonly name: string | undefined;
  /** What progress shows before each step: `build`, `stage-1`, nothing when there is one stage only. */
  readonly label: string;
  readonly base: StageBase;
  /** How progress shows getting the base, where that is a step: `FROM docker.io/library/busybox:latest`, number 1. */
  readonly baseStep: { readonly title: string; readonly number: StepNumber } | undefined;
  readonly platform: Platform;
  readonly lines: LineRange;
  readonly steps: readonly Step[];
  /** The image's configuration after the last step. */
  readonly config: ImageRunConfig;
  readonly author: string | undefined;
  /** IDs of the stages whose files this one starts from, copies from or mounts. */
  readonly needs: readonly number[];
}

export type StageBase =
  | { readonly kind: 'scratch' }
  | { readonly kind: 'image'; readonly image: BaseImage }
  | { readonly kind: 'stage'; readonly id: number }
  /** FROM the name of a build context that is a folder, not an image: its files are the root file system. */
  | { readonly kind: 'context'; readonly name: string };

/** What planning must know of an image; `planBuild` gets it by a call and hands it on untouched. */
export interface BaseImage {
  /** The name as the Dockerfile has it, variables expanded: `busybox`, `busybox:1@sha256:…`. */
  readonly reference: string;
  readonly id: string;
  readonly platform: Platform;
  readonly config: ImageRunConfig;
  readonly author: string | undefined;
}

/** `2/5`. */
export interface StepNumber {
  readonly index: number;
  readonly total: number;
}

export type Step = RunStep | CopyStep | WorkdirStep | ConfigStep;

interface StepCommon {
  /** For errors: `sourceExcerpt(plan.dockerfile, [step.lines])`. For what an ONBUILD brought in, the FROM's. */
  readonly lines: LineRange;
  /** The instruction as progress shows it, variables not expanded for RUN: `RUN make`. */
  readonly title: string;
  /** `[build 2/5]`'s numbers; undefined for steps that only change the configuration. */
  readonly number: StepNumber | undefined;
  /** For the image's history; undefined for steps that BuildKit does not record. */
  readonly createdBy: string | undefined;
  /** Of the image when it ended here. */
  readonly config: ImageRunConfig;
  readonly author: string | undefined;
}

/** CMD, ENV, LABEL and all others that make no layer. */
export interface ConfigStep extends StepCommon {
  readonly kind: 'config';
}

/** Makes the folder, with its parents, where it is missing. */
export interface WorkdirStep extends StepCommon {
  readonly kind: 'workdir';
  /** Absolute and clean. */
  readonly path: string;
  /** Who the made folders belong to: the image's USER, unresolved; undefined is root. */
  readonly user: string | undefined;
}

export interface RunStep extends StepCommon {
  readonly kind: 'run';
  /** Shell included: `['/bin/sh', '-c', 'make']`. */
  readonly argv: readonly string[];
  readonly env: readonly string[];
  /**
   * Proxy settings given as build arguments (`HTTP_PROXY=…`), both cases of each name. They join the environment
   * unless `env` has the name, and are no part of the cache key.
   */
  readonly proxyEnv: readonly string[];
  readonly cwd: string;
  /** Unresolved; undefined is root. */
  readonly user: string | undefined;
  readonly network: 'default' | 'none' | 'host';
  readonly mounts: readonly Mount[];
  /** A script given as a heredoc with `#!`: mounted read-only, executable, at this absolute path. */
  readonly script: { readonly path: string; readonly content: string } | undefined;
}

/** Where the files of a COPY, an ADD or a bind mount come from. */
export type FileTree =
  | { readonly kind: 'context' }
  | { readonly kind: 'stage'; readonly id: number }
  | { readonly kind: 'image'; readonly image: BaseImage }
  /** A named context of the request that is a folder. */
  | { readonly kind: 'named-context'; readonly name: string }
  | { readonly kind: 'scratch' };

export type Mount = BindMount | CacheMount | TmpfsMount | SecretMount | SshMount;

export interface BindMount {
  readonly kind: 'bind';
  readonly target: string;
  readonly from: FileTree;
  /** Within the tree; absolute and clean. */
  readonly source: string;
  /** Writes are seen by this step only. */
  readonly writable: boolean;
}

export interface CacheMount {
  readonly kind: 'cache';
  readonly target: string;
  /** `id=`, else the target. */
  readonly id: string;
  readonly sharing: 'shared' | 'private' | 'locked';
  readonly readOnly: boolean;
  /** What a new cache starts with; scratch unless `from=` is given. */
  readonly from: FileTree;
  readonly source: string;
  readonly mode: number;
  readonly uid: number;
  readonly gid: number;
}

export interface TmpfsMount {
  readonly kind: 'tmpfs';
  readonly target: string;
  readonly sizeBytes: number | undefined;
}

export interface SecretMount {
  readonly kind: 'secret';
  readonly id: string;
  /** A file of this path, unless undefined. */
  readonly target: string | undefined;
  /** A variable of this name, unless undefined. */
  readonly env: string | undefined;
  readonly required: boolean;
  readonly mode: number;
  readonly uid: number;
  readonly gid: number;
}

export interface SshMount {
  readonly kind: 'ssh';
  /** `default` unless given. */
  readonly id: string;
  readonly target: string;
  readonly required: boolean;
  readonly mode: number;
  readonly uid: number;
  readonly gid: number;
}

export interface CopyStep extends StepCommon {
  readonly kind: 'copy';
  readonly instruction: 'COPY' | 'ADD';
  /** The tree that sources of kind `path` are of. */
  readonly from: FileTree;
  readonly sources: readonly CopySource[];
  /**
   * Absolute; ends in `/` exactly when it must be a folder. Else a file that is copied gets this name, unless a folder
   * is there.
   */
  readonly destination: string;
  /** `--chown`, expanded and unresolved: `user[:group]`, names or numbers; undefined is root. */
  readonly owner: string | undefined;
  /** `--chmod`. */
  readonly mode: FileMode | undefined;
  readonly link: boolean;
  readonly parents: boolean;
  /** `--exclude`, in the language of `.dockerignore`. */
  readonly excludes: readonly string[];
}

export type FileMode =
  /** The permission bits: 0o755. */
  | { readonly kind: 'octal'; readonly bits: number }
  /** For `applySymbolicMode`. */
  | { readonly kind: 'symbolic'; readonly text: string };

export type CopySource =
  | {
      readonly kind: 'path';
      /** Relative to `base` and clean, wildcards and all; `.` is the base itself. */
      readonly pattern: string;
      /** Relative to the tree's root and clean; `.` unless `--parents` has a pivot: `base/./pattern`. */
      readonly base: string;
      readonly isPattern: boolean;
      /** As written, expanded, for messages. */
      readonly written: string;
      /** Whether an archive is unpacked: ADD does, unless `--unpack=false`. */
      readonly unpack: boolean;
    }
  | { readonly kind: 'heredoc'; readonly name: string; readonly content: string }
  | {
      readonly kind: 'url';
      readonly url: string;
      /** What the file is called where the destination is a folder. */
      readonly name: string;
      /** `sha256:…` that the bytes must have. */
      readonly checksum: string | undefined;
      /** `--unpack=true`. */
      readonly unpack: boolean;
    }
  | {
      readonly kind: 'git';
      /** For `git fetch`. */
      readonly remote: string;
      /** A branch, a tag or a commit. */
      readonly ref: string | undefined;
      /** Within the repository. */
      readonly subfolder: string | undefined;
      readonly submodules: boolean;
      readonly keepGitDir: boolean;
      readonly checksum: string | undefined;
      /** As written, for messages. */
      readonly written: string;
    };
