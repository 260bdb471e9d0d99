import type { DiffId, Digest } from '../../lib/digest.ts';
import type { Compression } from '../compression.ts';
import type { FailedReply } from '../serve-requests.ts';

/** What an unpacking process is asked, as one line of its standard input. The next may follow when it has answered. */
export interface UnpackRequest {
  readonly blobPath: string;
  readonly blob: Digest;
  readonly diffId: DiffId | undefined;
  /** An existing, empty directory. */
  readonly target: string;
}

export interface UnpackedLayer {
  readonly diffId: DiffId;
  readonly compression: Compression;
  readonly sizeBytes: number;
}

/** What it answers, as one line of its standard output; how far it has come stands on lines before that. */
export type UnpackReply = { readonly readBytes: number } | { readonly unpacked: UnpackedLayer } | FailedReply;
