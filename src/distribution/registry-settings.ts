/** How registries are reached: the part of the daemon's configuration that concerns them. */
export interface RegistrySettings {
  /** Base URLs that are asked before Docker Hub, and only for its images. */
  readonly mirrors: readonly string[];
  /** Hosts, hosts with a port, or networks in CIDR form whose registries may use plain HTTP or any certificate. */
  readonly insecureRegistries: readonly string[];
  /** Folders that hold a folder of certificates for each `host[:port]`, as Docker's `/etc/docker/certs.d`. */
  readonly certificateFolders: readonly string[];
  readonly maxDownloads: number;
  readonly maxUploads: number;
  /** How often a transfer is begun or gone on with before it counts as failed. */
  readonly maxAttempts: number;
  /** The wait before the second attempt; each further one waits twice as long. */
  readonly firstRetryMs: number;
}
