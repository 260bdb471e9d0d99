/** One element of a named set or map of an nft table in the `inet` family, to be added or taken out. */
export interface ElementChange {
  readonly action: 'add' | 'delete';
  readonly table: string;
  readonly set: string;
  /** The fields of the key in order, each in network byte order and unpadded. */
  readonly key: readonly Uint8Array[];
  /** The fields of what a map maps to; undefined for sets. */
  readonly data?: readonly Uint8Array[];
  /** Shown beside the element by `nft list`; at most 128 bytes are kept. */
  readonly comment?: string;
}

/**
 * Elements of nft's sets, by messages to the kernel: `nft` as a child would read the table back first, and takes 5 ms
 * and more of a container's start; this less than one. The tables themselves are made by `nft`, from a text.
 */
export interface NfTables {
  /**
   * All of the changes or none, in one step for the packets. To add what is there already with the same data is no
   * change.
   * @throws SyscallError of the first that failed: ENOENT for a table, set or element that is not there, EEXIST for an
   * element that is there with other data.
   */
  change(changes: readonly ElementChange[]): Promise<void>;
  /**
   * Forgets where datagrams to these ports of the host went so far: a client that goes on sending from one port would be
   * led there for ever. Kernels before 6.9 cannot look them up by port, and forget nothing.
   */
  forgetDatagrams(ports: readonly number[]): Promise<void>;
}
