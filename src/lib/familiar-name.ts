/** An image name as Docker's users write it: without the default registry, its `library/` and the rest that is implied. */
export function familiarName(name: string): string {
  const withoutHost = name.replace(/^(docker\.io|index\.docker\.io)\//, '');
  const isOfficial = withoutHost.startsWith('library/') && !withoutHost.slice('library/'.length).includes('/');
  if (withoutHost !== name || isOfficial) return isOfficial ? withoutHost.slice('library/'.length) : withoutHost;
  return name;
}

export interface NameParts {
  readonly name: string;
  readonly tag: string | undefined;
  readonly digest: string | undefined;
}

/** Cuts `name[:tag][@digest]` apart, without judging the parts; a port after the host is no tag. */
export function splitName(reference: string): NameParts {
  const at = reference.indexOf('@');
  const named = at < 0 ? reference : reference.slice(0, at);
  const colon = named.lastIndexOf(':');
  const hasTag = colon > named.lastIndexOf('/');
  return {
    name: hasTag ? named.slice(0, colon) : named,
    tag: hasTag ? named.slice(colon + 1) : undefined,
    digest: at < 0 ? undefined : reference.slice(at + 1),
  };
}
