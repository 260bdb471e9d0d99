import type { ContainerStats } from '../../api-types/container-stats.ts';
import type { ApiClient } from '../../client/api-client.ts';
import { containerStats } from '../../client/container-files.ts';
import { listContainers } from '../../client/container-list.ts';
import { pause } from '../../lib/pause.ts';
import { atLeast } from '../arguments.ts';
import { defineCommand } from '../command.ts';
import { listFormat } from '../flags/format.ts';
import { bool } from '../flags/kinds.ts';
import { formatList } from '../format/list.ts';
import { type StatsRow, statsColumns, statsRows } from './stats-row.ts';

/** As often as docker draws. */
const REDRAW_MS = 500;
const HOME = '\u001b[H';
const CLEAR_LINE = '\u001b[K';
const CLEAR_BELOW = '\u001b[J';

export const command = defineCommand({
  usage: '[OPTIONS] [CONTAINER...]',
  args: atLeast(0),
  flags: {
    all: bool('Show all containers (default shows just running)', { short: 'a' }),
    format: listFormat(),
    'no-stream': bool('Disable streaming stats and only pull the first result'),
    'no-trunc': bool('Do not truncate output'),
  },
  async run({ args, flags, client, io }) {
    const format = flags.format || 'table';
    const kind = statsRows(!flags['no-trunc']);
    const names = async () => (args.length > 0 ? args : await listedIds(client, flags.all));
    const render = (rows: readonly StatsRow[]) => formatList({ kind, rows, columns: statsColumns }, format);
    if (flags['no-stream']) {
      const rows = (await names()).map((container) => firstOf(client, container));
      await io.stdout.write(await render(await Promise.all(rows)));
      return 0;
    }
    const watched = new Map<string, Watched>();
    do {
      await follow(client, await names(), watched);
      const text = await render([...watched].map(([container, { stats }]) => ({ container, stats })));
      await io.stdout.write(`${HOME}${text.replaceAll('\n', `${CLEAR_LINE}\n`)}${CLEAR_BELOW}`);
      await pause(REDRAW_MS);
    } while (args.length === 0 || [...watched.values()].some(({ ended }) => !ended));
    for (const { failure } of watched.values()) if (failure !== undefined) throw failure;
    return 0;
  },
});

interface Watched {
  stats: ContainerStats | undefined;
  ended: boolean;
  failure: Error | undefined;
}

async function listedIds(client: ApiClient, all: boolean): Promise<string[]> {
  return (await listContainers(client, { all })).map(({ Id }) => Id.slice(0, 12));
}

async function firstOf(client: ApiClient, container: string): Promise<StatsRow> {
  for await (const stats of await containerStats(client, container, false)) return { container, stats };
  return { container, stats: undefined };
}

/** Watches those that are new, and forgets those that are not asked for any more. */
async function follow(client: ApiClient, containers: readonly string[], watched: Map<string, Watched>): Promise<void> {
  for (const known of watched.keys()) if (!containers.includes(known)) watched.delete(known);
  for (const container of containers) {
    if (watched.has(container)) continue;
    const one: Watched = { stats: undefined, ended: false, failure: undefined };
    watched.set(container, one);
    const stream = await containerStats(client, container, true);
    void keepLatest(stream, one, () => watched.get(container) === one);
  }
}

/** Never fails: `one` tells of it. */
async function keepLatest(stream: AsyncIterable<ContainerStats>, one: Watched, isWanted: () => boolean): Promise<void> {
  try {
    for await (const stats of stream) {
      if (!isWanted()) break;
      one.stats = stats;
    }
  } catch (error) {
    one.failure = error instanceof Error ? error : new Error(String(error), { cause: error });
  }
  one.ended = true;
}
