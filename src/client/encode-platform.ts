import { messageOf } from '../errors/engine-error.ts';
import { parsePlatform } from '../lib/platform.ts';

/**
 * The `platform` parameter for a platform as users write it: `{"architecture":"arm64","os":"linux","variant":"v8"}`;
 * undefined for an empty text.
 * @throws Error with docker's text
 */
export function encodePlatform(text: string): string | undefined {
  if (text === '') return undefined;
  try {
    const { architecture, os, variant } = parsePlatform(text);
    return JSON.stringify({ architecture, os, variant });
  } catch (error) {
    throw new Error(`invalid platform: ${messageOf(error)}`, { cause: error });
  }
}
