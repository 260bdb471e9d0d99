const NOUNS: Readonly<Record<string, string>> = {
  containers: 'container',
  images: 'image',
  networks: 'network',
  volumes: 'volume',
};

/**
 * `/containers/web/stop`, whatever characters the name holds.
 * @throws Error for an empty name, which would address the whole collection
 */
export function pathTo(collection: string, name: string, verb = ''): string {
  if (name.trim() === '') {
    throw new Error(`invalid ${NOUNS[collection] ?? collection} name or ID: value is empty`);
  }
  const path = `/${collection}/${encodeURIComponent(name)}`;
  return verb === '' ? path : `${path}/${verb}`;
}
