/** Known to every build without ARG; they reach RUN steps, and neither the history nor the cache. */
const PROXIES = ['http_proxy', 'https_proxy', 'ftp_proxy', 'no_proxy', 'all_proxy'];

/** Build arguments that the builder itself reads. */
const OWN = /^(BUILDKIT_[A-Z_]+|SOURCE_DATE_EPOCH)$/;

/** `name=value` in both cases of each name, as programs do not agree on one. */
export function proxyEnvironment(buildArgs: Readonly<Record<string, string>>): string[] {
  return PROXIES.flatMap((name) => {
    const given = Object.entries(buildArgs).findLast(([key]) => key.toLowerCase() === name);
    return given === undefined ? [] : [`${name.toUpperCase()}=${given[1]}`, `${name}=${given[1]}`];
  });
}

/** Whether an argument needs no ARG to be of use. */
export function isPredefined(name: string): boolean {
  return PROXIES.includes(name.toLowerCase()) || OWN.test(name);
}
