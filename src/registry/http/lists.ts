import { INDEX_MEDIA_TYPE } from '../manifest-document.ts';
import type { AnyDigest, RepositoryName } from '../names.ts';
import type { RegistryContent } from '../registry-content.ts';
import { nameUnknown } from '../registry-error.ts';
import { type Exchange, type Headers, sendJson } from './exchange.ts';
import { pageOf } from './paging.ts';

/** As many as fit into an index of four megabytes, with annotations of the usual sizes. */
const REFERRERS_PER_PAGE = 1000;

export async function sendCatalog(content: RegistryContent, exchange: Exchange): Promise<void> {
  const page = pageOf(await content.repositories(), String, exchange.query, '/v2/_catalog');
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
