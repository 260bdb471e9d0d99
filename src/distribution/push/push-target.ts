/** Where an image goes: a repository with its registry, without it, and the registry alone. */
export interface PushTarget {
  readonly repository: string;
  readonly name: string;
  readonly registry: string;
}
