/** All addresses of one name; a name that is known may have none of one family. */
export interface NamedAddresses {
  readonly ipv4: readonly string[];
  readonly ipv6: readonly string[];
}

/** What names mean to one container: those of the networks that it is in. Asked anew for every query. */
export interface NameDirectory {
  /** Undefined for a name that is nobody's; `name` is in lower case, without a dot at its end. */
  addressesOf(name: string): NamedAddresses | undefined;
  /** The name, with its network's, of a container's address. */
  nameOf(address: string): string | undefined;
}
