import { exactly } from '../arguments.ts';
import { defineCommand } from '../command.ts';
import { copyFromContainer } from '../copy/from-container.ts';
import { copyToContainer } from '../copy/to-container.ts';
import { CliError } from '../errors.ts';
import { bool } from '../flags/kinds.ts';

export const command = defineCommand({
  usage: '[OPTIONS] CONTAINER:SRC_PATH DEST_PATH|-\n\tdocker cp [OPTIONS] SRC_PATH|- CONTAINER:DEST_PATH',
  description: `Copy files/folders between a container and the local filesystem

Use '-' as the source to read a tar archive from stdin
and extract it to a directory destination in a container.
Use '-' as the destination to stream a tar archive of a
container source to stdout.`,
  args: exactly(2),
  flags: {
    archive: bool('Archive mode (copy all uid/gid information)', { short: 'a' }),
    'follow-link': bool('Always follow symbol link in SRC_PATH', { short: 'L' }),
    quiet: bool(
      'Suppress progress output during copy. Progress output is automatically suppressed if no terminal is attached',
      { short: 'q' },
    ),
  },
  async run({ flags, changed, args: [from = '', to = ''], client, io }) {
    if (from === '') throw new CliError('source can not be empty');
    if (to === '') throw new CliError('destination can not be empty');
    const source = splitArgument(from);
    const destination = splitArgument(to);
    const options = {
      client,
      io,
      followLink: flags['follow-link'],
      ownByUser: flags.archive,
      quiet: changed('quiet') ? flags.quiet : !io.stdout.isTerminal,
    };
    if (source.container !== '' && destination.container !== '') {
      throw new CliError('copying between containers is not supported');
    }
    if (source.container !== '') await copyFromContainer(source.container, source.path, destination.path, options);
    else if (destination.container !== '') {
      await copyToContainer(source.path, destination.container, destination.path, options);
    } else throw new CliError('must specify at least one container source');
    return 0;
  },
});

/** `container:path`; a local path with a colon in it begins with a slash or a dot. */
function splitArgument(argument: string): { readonly container: string; readonly path: string } {
  const colon = argument.indexOf(':');
  if (argument.startsWith('/') || argument.startsWith('.') || colon === -1) return { container: '', path: argument };
  return { container: argument.slice(0, colon), path: argument.slice(colon + 1) };
}
