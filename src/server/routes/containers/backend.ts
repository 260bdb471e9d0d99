import type { Duplex } from 'node:stream';
import type { ContainerInspect, ContainerSummary, PruneResponse } from '../../../api-types/container.ts';
import type { ContainerConfig } from '../../../api-types/container-config.ts';
import type { CreateBody, NetworkingConfig } from '../../../api-types/container-create.ts';
import type { ContainerUpdate, UpdateResponse } from '../../../api-types/container-update.ts';
import type { Filters } from '../../../lib/filters.ts';

/** A connection that was checked and can be taken over. */
export interface Attachment {
  /** Whether output comes in frames; a terminal's does not. */
  readonly multiplexed: boolean;
  serve(connection: Duplex): Promise<void>;
}

export interface ExitOutcome {
  readonly exitCode: number;
  readonly error?: string;
}

export interface StopOptions {
  readonly signal?: string | undefined;
  readonly timeoutSeconds?: number | undefined;
}

export interface ContainerOutput {
  readonly multiplexed: boolean;
  /** In batches, as they were read. */
  readonly entries: AsyncIterable<readonly { readonly stream: 'stdout' | 'stderr'; readonly data: Uint8Array }[]>;
}

/** What these routes need of the engine. `ref` is a name, an ID, or an unambiguous beginning of one. */
export interface ContainerBackend {
  create(request: {
    readonly name: string;
    readonly config: ContainerConfig;
    readonly hostConfig: CreateBody['HostConfig'];
    readonly networking: NetworkingConfig | undefined;
    /** Empty for whatever the image is. */
    readonly platform: string;
  }): Promise<{ readonly id: string; readonly warnings: readonly string[] }>;
  start(ref: string): Promise<void>;
  stop(ref: string, options: StopOptions): Promise<void>;
  restart(ref: string, options: StopOptions): Promise<void>;
  pause(ref: string): Promise<void>;
  unpause(ref: string): Promise<void>;
  kill(ref: string, signal: string): Promise<void>;
  remove(
    ref: string,
    options: { readonly force: boolean; readonly link: boolean; readonly volumes: boolean },
  ): Promise<void>;
  rename(ref: string, name: string): Promise<void>;
  update(ref: string, update: ContainerUpdate): Promise<UpdateResponse>;
  resize(ref: string, size: { readonly rows: number; readonly columns: number }): Promise<void>;
  /** The wait has begun when this returns; its promise rejects when `signal` is aborted. */
  wait(ref: string, condition: string, signal: AbortSignal): { readonly outcome: Promise<ExitOutcome> };
  attach(
    ref: string,
    options: {
      readonly logs: boolean;
      readonly stream: boolean;
      readonly stdin: boolean;
      readonly stdout: boolean;
      readonly stderr: boolean;
      readonly detachKeys: string;
    },
  ): Attachment;
  logs(
    ref: string,
    options: {
      readonly stdout: boolean;
      readonly stderr: boolean;
      readonly follow: boolean;
      readonly tail: number | undefined;
      readonly sinceNs: bigint | undefined;
      readonly untilNs: bigint | undefined;
      readonly timestamps: boolean;
      readonly details: boolean;
      readonly signal: AbortSignal;
    },
  ): ContainerOutput;
  list(options: {
    readonly all: boolean;
    readonly limit: number;
    readonly size: boolean;
    readonly filters: Filters;
  }): Promise<readonly ContainerSummary[]>;
  inspect(ref: string, options: { readonly size: boolean }): Promise<ContainerInspect>;
  prune(filters: Filters, untilNs: bigint | undefined): Promise<PruneResponse>;
}
