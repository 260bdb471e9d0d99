/** `POST /auth`. */
export interface LoginResponse {
  readonly IdentityToken: string;
  readonly Status: string;
}

/** An item of `GET /images/search`, keys in Docker's order. */
export interface SearchResponse {
  readonly star_count: number;
  readonly is_official: boolean;
  readonly name: string;
  readonly is_automated: boolean;
  readonly description: string;
}

export interface DistributionPlatform {
  readonly architecture: string;
  readonly os: string;
  readonly variant?: string;
}

/** `GET /distribution/{name}/json`. */
export interface DistributionInspectResponse {
  readonly Descriptor: { readonly mediaType: string; readonly digest: string; readonly size: number };
  readonly Platforms: readonly DistributionPlatform[];
}
