import type { FastifyRequest } from 'fastify';
import { invalidArgument, messageOf } from '../../../errors/engine-error.ts';
import { platformMismatch } from '../../../errors/images.ts';
import { isSamePlatform, type Platform, platformText } from '../../../lib/platform.ts';
import { isAtLeast } from '../../api-version.ts';
import { queryList } from '../../query.ts';
import type { ImageBackend } from './backend.ts';

/** The platforms that a request asks for, where its version of the API has the parameter. @throws invalid_argument */
export function wantedPlatforms(
  { query, apiVersion }: FastifyRequest,
  parameter: 'platform' | 'platforms',
  since: string,
): Platform[] {
  if (!isAtLeast(apiVersion, since)) return [];
  return queryList(query, parameter)
    .filter((text) => text !== '')
    .map(decodePlatform);
}

/**
 * An image here has one platform: whoever asks for another one asks for what is not there.
 * @throws not_found with Docker's text
 */
export async function refuseOtherPlatforms(
  backend: Pick<ImageBackend, 'inspect'>,
  names: readonly string[],
  platforms: readonly Platform[],
): Promise<void> {
  if (platforms.length === 0) return;
  for (const name of names) {
    const { document } = await backend.inspect(name);
    for (const platform of platforms) {
      if (!isSamePlatform(document, platform))
        throw platformMismatch(name, platformText(document), platformText(platform));
    }
  }
}

/** `{"os":"linux","architecture":"arm64","variant":"v8"}`. */
function decodePlatform(text: string): Platform {
  let value: unknown;
  try {
    value = JSON.parse(text);
  } catch (error) {
    throw invalidArgument(`failed to parse platform: ${messageOf(error)}`, error);
  }
  const { os, architecture, variant } = typeof value === 'object' && value !== null ? (value as Partial<Platform>) : {};
  if (typeof os !== 'string' || typeof architecture !== 'string' || os === '' || architecture === '') {
    throw invalidArgument('both OS and Architecture must be provided');
  }
  return { os, architecture, variant: typeof variant === 'string' && variant !== '' ? variant : undefined };
}
