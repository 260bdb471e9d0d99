import { INDEX_MEDIA_TYPE } from '../manifest-document.ts';
import type { AnyDigest, RepositoryName } from '../names.ts';
import type { RegistryContent } from '../registry-content.ts';
import { nameUnknown } from '../registry-error.ts';
import { type Exchange, type Headers, sendJson } from './exchange.ts';
import { pageOf, pageSize } from './paging.ts';

/** As many as fit into an index of four megabytes, with annotations of the usual sizes. */
const REFERRERS_PER_PAGE = 1000;

export async function sendCatalog(content: RegistryContent, exchange: Exchange): Promise<void> {
  const { query } = exchange;
  const n = pageSize(query);
  const names: RepositoryName[] = [];
  for await (const name of content.repositories(query.get('last') ?? '')) {
    names.push(name);
    // One more than is shown tells that there is more.
    if (n !== undefined && names.length > n) break;
  }
  const page = pageOf(names, String, query, '/v2/_catalog');
  sendJson(exchange, { repositories: page.items }, linkHeader(page.link));
}

/** @throws RegistryError NAME_UNKNOWN */
export async function sendTags(content: RegistryContent, exchange: Exchange, name: RepositoryName): Promise<void> {
  const tags = await content.tags(name);
  if (tags === undefined) throw nameUnknown(name);
  const page = pageOf(tags, String, exchange.query, `/v2/${name}/tags/list`);
  sendJson(exchange, { name, tags: page.items }, linkHeader(page.link));
}

/** An index of what refers to a manifest, which need not be there. */
export async function sendReferrers(
  content: RegistryContent,
  exchange: Exchange,
  name: RepositoryName,
  subject: AnyDigest,
): Promise<void> {
  const wanted = exchange.query.getAll('artifactType').filter((type) => type !== '');
  const all = await content.referrers(name, subject);
  const filtered = wanted.length === 0 ? all : all.filter(({ artifactType = '' }) => wanted.includes(artifactType));
  const path = `/v2/${name}/referrers/${subject}`;
  const page = pageOf(filtered, ({ digest }) => digest, exchange.query, path, REFERRERS_PER_PAGE);
  sendJson(
    exchange,
    { schemaVersion: 2, mediaType: INDEX_MEDIA_TYPE, manifests: page.items },
    {
      'Content-Type': INDEX_MEDIA_TYPE,
      ...(wanted.length === 0 ? {} : { 'OCI-Filters-Applied': 'artifactType' }),
      ...linkHeader(page.link),
    },
  );
}

function linkHeader(link: string | undefined): Headers {
  return link === undefined ? {} : { Link: link };
}
