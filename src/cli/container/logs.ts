import { containerLogs, inspectContainer } from '../../client/containers.ts';
import { exactly } from '../arguments.ts';
import { showFrames } from '../attach/show-frames.ts';
import { defineCommand } from '../command.ts';
import { CliError } from '../errors.ts';
import { bool, string } from '../flags/kinds.ts';
import { parseTimestamp } from '../flags/timestamp.ts';

export const command = defineCommand({
  usage: '[OPTIONS] CONTAINER',
  args: exactly(1),
  flags: {
    details: bool('Show extra details provided to logs'),
    follow: bool('Follow log output', { short: 'f' }),
    since: string('Show logs since timestamp (e.g. "2013-01-02T13:23:37Z") or relative (e.g. "42m" for 42 minutes)'),
    tail: string('Number of lines to show from the end of the logs', { short: 'n', initial: 'all' }),
    timestamps: bool('Show timestamps', { short: 't' }),
    until: string('Show logs before a timestamp (e.g. "2013-01-02T13:23:37Z") or relative (e.g. "42m" for 42 minutes)'),
  },
  async run({ flags, args, client, io }) {
    const [name = ''] = args;
    const container = await inspectContainer(client, name);
    const chunks = await containerLogs(client, container.Id, {
      ...flags,
      since: moment('since', flags.since),
      until: moment('until', flags.until),
    });
    if (container.Config.Tty) {
      for await (const chunk of chunks) await io.stdout.write(chunk);
      return 0;
    }
    await showFrames(chunks, io, { stdout: true, stderr: true });
    return 0;
  },
});

function moment(flag: string, text: string): string | undefined {
  if (text === '') return undefined;
  try {
    return parseTimestamp(text, new Date());
  } catch (error) {
    throw new CliError(`invalid value for "${flag}": ${(error as Error).message}`, 1, { cause: error });
  }
}
