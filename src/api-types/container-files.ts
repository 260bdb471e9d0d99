/** One line of a container's changes. */
export interface FilesystemChange {
  readonly Path: string;
  /** 0 changed, 1 added, 2 deleted. */
  readonly Kind: number;
}
