import type { ApiClient } from '../../client/api-client.ts';
import { NEWEST_API_VERSION } from '../../client/version-negotiation.ts';
import { VERSION } from '../../lib/version.ts';

/** What the client says of itself, in the words of the API. */
export interface ClientVersion {
  readonly Version: string;
  readonly ApiVersion: string;
  readonly DefaultAPIVersion: string;
  readonly GitCommit: string;
  /** Clients expect the field; this one is not written in Go. */
  readonly GoVersion: string;
  readonly Os: string;
  readonly Arch: string;
  readonly Context: string;
}

export function clientVersion(client: ApiClient): ClientVersion {
  return {
    Version: VERSION,
    ApiVersion: client.apiVersion,
    DefaultAPIVersion: NEWEST_API_VERSION,
    GitCommit: '',
    GoVersion: '',
    Os: process.platform,
    Arch: process.arch === 'x64' ? 'amd64' : process.arch,
    Context: 'default',
  };
}
