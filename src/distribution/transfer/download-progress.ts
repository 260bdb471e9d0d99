import { type ProgressMessage, progressMessage } from '../../lib/progress.ts';

/** How far a layer has come; what Docker tells of each. */
export type DownloadProgress =
  | { readonly state: 'queued' | 'waiting' | 'verifying' | 'complete' }
  | { readonly state: 'downloading'; readonly current: number; readonly total: number }
  | { readonly state: 'retrying'; readonly waitMs: number };

const TEXTS = {
  queued: 'Pulling fs layer',
  waiting: 'Waiting',
  verifying: 'Verifying Checksum',
  complete: 'Download complete',
} as const;

export function downloadMessage(id: string, progress: DownloadProgress): ProgressMessage {
  switch (progress.state) {
    case 'downloading':
      return progressMessage('Downloading', id, progress);
    case 'retrying':
      return statusMessage(retryText(progress.waitMs), id);
    default:
      return statusMessage(TEXTS[progress.state], id);
  }
}

export function statusMessage(status: string, id: string): ProgressMessage {
  return { status, progressDetail: {}, id };
}

export function retryText(waitMs: number): string {
  const seconds = Math.max(1, Math.ceil(waitMs / 1000));
  return `Retrying in ${seconds} second${seconds === 1 ? '' : 's'}`;
}
