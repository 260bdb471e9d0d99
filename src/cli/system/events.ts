import { streamEvents } from '../../client/system.ts';
import { readLines } from '../../lib/lines.ts';
import { noArguments } from '../arguments.ts';
import { defineCommand } from '../command.ts';
import { filter } from '../flags/filter.ts';
import { objectFormat } from '../flags/format.ts';
import { string } from '../flags/kinds.ts';
import { parseTimestamp } from '../flags/timestamp.ts';
import { eventLine } from './event-line.ts';

export const command = defineCommand({
  usage: '[OPTIONS]',
  args: noArguments,
  flags: {
    filter: filter('Filter output based on conditions provided', { short: 'f' }),
    format: objectFormat(),
    since: string('Show all events created since timestamp'),
    until: string('Stream events until this timestamp'),
  },
  async run({ flags, client, io }) {
    const show = flags.format === '' ? eventLine : (await import('./event-template.ts')).eventTemplate(flags.format);
    const now = new Date();
    const moment = (text: string) => (text === '' ? '' : parseTimestamp(text, now));
    const answer = await streamEvents(client, {
      since: moment(flags.since),
      until: moment(flags.until),
      filters: flags.filter,
    });
    for await (const line of readLines(answer.chunks())) await io.stdout.write(`${show(line)}\n`);
    return 0;
  },
});
