import { type SearchResult, searchImages } from '../../client/registries.ts';
import { exactly } from '../arguments.ts';
import { defineCommand } from '../command.ts';
import { credentialsOrNone } from '../credentials/credentials-or-none.ts';
import { filter } from '../flags/filter.ts';
import { bool, integer, string } from '../flags/kinds.ts';
import { ellipsis } from '../format/ellipsis.ts';
import { formatList } from '../format/list.ts';
import type { ListKind } from '../format/list-kind.ts';

const DESCRIPTION_WIDTH = 45;

export const command = defineCommand({
  usage: '[OPTIONS] TERM',
  args: exactly(1),
  flags: {
    filter: filter('Filter output based on conditions provided', { short: 'f' }),
    format: string('Pretty-print search using a Go template'),
    limit: integer('Max number of search results'),
    'no-trunc': bool("Don't truncate output"),
  },
  async run({ flags, args: [term = ''], client, io, config }) {
    const { filter: filters, limit = 0 } = flags;
    const format = flags.format || 'table';
    const credentials = await credentialsOrNone(config, registryIn(term), io.stderr);
    const rows = await searchImages(client, { term, limit, filters }, credentials);
    const kind = resultRows(!flags['no-trunc'], format === 'json');
    await io.stdout.write(
      await formatList({ kind, rows, columns: ['Name', 'Description', 'StarCount', 'IsOfficial'] }, format),
    );
    return 0;
  },
});

/** The part before the first slash when it looks like a host; otherwise Docker Hub is meant. */
function registryIn(term: string): string {
  const [first = '', ...others] = term.split('/');
  return others.length > 0 && (/[.:]/.test(first) || first === 'localhost') ? first : '';
}

function resultRows(truncates: boolean, isJson: boolean): ListKind<SearchResult> {
  return {
    typeName: 'registry.searchContext',
    headers: { Name: 'NAME', Description: 'DESCRIPTION', StarCount: 'STARS', IsOfficial: 'OFFICIAL' },
    fields: {
      Name: ({ name }) => name,
      Description: ({ description }) => {
        const text = description.replaceAll('\n', ' ').replaceAll('\r', ' ');
        return truncates ? ellipsis(text, DESCRIPTION_WIDTH) : text;
      },
      StarCount: ({ star_count: stars }) => String(stars),
      IsOfficial: ({ is_official: isOfficial }) => (isJson ? String(isOfficial) : isOfficial ? '[OK]' : ''),
    },
  };
}
