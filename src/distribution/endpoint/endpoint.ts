/** One place where the repositories of a registry may be found. */
export interface Endpoint {
  /** Scheme and host, and a path for mirrors that have one; no slash at its end. */
  readonly base: string;
  /** `host[:port]`, by which certificates are filed. */
  readonly host: string;
  readonly isMirror: boolean;
  /** Any certificate will do. */
  readonly acceptsAnyCertificate: boolean;
}
