import { messageOf } from '../../errors/engine-error.ts';
import { familiarReference, parseReference, withDefaultTag } from '../../lib/image-reference.ts';
import { parsePlatform } from '../../lib/platform.ts';
import { exactly } from '../arguments.ts';
import { defineCommand } from '../command.ts';
import { CliError } from '../errors.ts';
import { bool, string } from '../flags/kinds.ts';
import { pushReference } from './push-image.ts';

const PLATFORM_NOTE = `
 Info -> Using --platform pushes only the specified platform manifest of a multi-platform image index.
         Other components, like attestations, will not be included.
         To push the complete multi-platform image, remove the --platform flag.
         
`;

export const command = defineCommand({
  usage: '[OPTIONS] NAME[:TAG]',
  args: exactly(1),
  flags: {
    'all-tags': bool('Push all tags of an image to the repository', { short: 'a' }),
    'disable-content-trust': bool('Skip image signing', { initial: true }),
    platform: string(
      [
        'Push a platform-specific manifest as a single-platform image to the registry.',
        "Image index won't be pushed, meaning that other manifests, including attestations won't be preserved.",
        "'os[/arch[/variant]]': Explicit platform (eg. linux/amd64)",
      ].join('\n'),
    ),
    quiet: bool('Suppress verbose output', { short: 'q' }),
  },
  async run({ flags, args: [image = ''], client, io, config }) {
    const { platform, quiet } = flags;
    if (platform !== '') {
      checkPlatform(platform);
      await io.stdout.write(PLATFORM_NOTE);
    }
    const named = parseReference(image);
    const isNameOnly = named.tag === undefined && named.digest === undefined;
    if (flags['all-tags'] && !isNameOnly) throw new CliError("tag can't be used with --all-tags/-a");
    if (named.digest !== undefined) throw new CliError('cannot push a digest reference');
    if (!flags['disable-content-trust']) throw new CliError('content trust is not supported: images are not signed');
    const reference = flags['all-tags'] ? named : withDefaultTag(named);
    if (reference !== named && !quiet) await io.stdout.write(`Using default tag: ${reference.tag}\n`);
    await pushReference(client, reference, {
      platform,
      config,
      stderr: io.stderr,
      output: quiet ? undefined : io.stdout,
    });
    if (quiet) await io.stdout.write(`${familiarReference(reference)}\n`);
    return 0;
  },
});

function checkPlatform(platform: string): void {
  try {
    parsePlatform(platform);
  } catch (error) {
    throw new CliError(`invalid platform: ${messageOf(error)}`, 1, { cause: error });
  }
}
