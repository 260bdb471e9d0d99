import type { SearchResponse } from '../../../api-types/distribution.ts';
import { invalidArgument } from '../../../errors/engine-error.ts';
import { Filters } from '../../../lib/filters.ts';
import type { SearchResult } from './backend.ts';

const FILTERS = ['is-automated', 'is-official', 'stars'];

/** Tells the results that the `filters` parameter wants. @throws invalid_argument */
export function searchFilter(text: string | undefined): (result: SearchResult) => boolean {
  const filters = Filters.parse(text);
  filters.validate(FILTERS);
  const isAutomated = filters.flag('is-automated');
  const isOfficial = filters.flag('is-official');
  const stars = Math.max(0, ...filters.get('stars').map(starsOf));
  return (result) =>
    (isAutomated === undefined || result.isAutomated === isAutomated) &&
    (isOfficial === undefined || result.isOfficial === isOfficial) &&
    result.starCount >= stars;
}

function starsOf(text: string): number {
  const stars = /^[+-]?\d+$/.test(text) ? Number(text) : Number.NaN;
  if (!Number.isNaN(stars)) return stars;
  throw invalidArgument(
    `invalid filter 'stars=${text}': strconv.Atoi: parsing ${JSON.stringify(text)}: invalid syntax`,
  );
}

export function searchResponse(result: SearchResult): SearchResponse {
  const { starCount, isOfficial, name, isAutomated, description } = result;
  return { star_count: starCount, is_official: isOfficial, name, is_automated: isAutomated, description };
}
