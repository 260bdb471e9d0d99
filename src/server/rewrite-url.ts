import { splitVersion } from './api-version.ts';

const NAMED = [
  /^\/(images|distribution)\/([^?]+?)(\/(?:json|history|push|tag|get|attestations))?(\?.*)?$/,
  /^\/(networks)\/([^?]+?)(\/(?:connect|disconnect|rules))?(\?.*)?$/,
];
const NOT_A_NAME = /^(?:create|load|prune|json|search|get)$/;

/**
 * What the router sees of a request's URL: without the version, and with the slashes of an image's or a network's name
 * escaped, so that a route's `:name` takes `/images/quay.io/a/b/json` whole. Handlers get the name with its slashes again.
 */
export function rewriteUrl(original: string): string {
  const { url } = splitVersion(original);
  const match = NAMED.map((named) => named.exec(url)).find((found) => found !== null);
  if (match === undefined) return url;
  const [, resource = '', name = '', action = '', query = ''] = match;
  if (action === '' && NOT_A_NAME.test(name)) return url;
  return `/${resource}/${name.replaceAll('/', '%2F')}${action}${query}`;
}
