import { fullName, parseReference, withDefaultTag } from '../../lib/image-reference.ts';
import { exactly } from '../arguments.ts';
import { defineCommand } from '../command.ts';
import { CliError } from '../errors.ts';
import { bool, string } from '../flags/kinds.ts';
import { pullReference } from './pull-image.ts';

export const command = defineCommand({
  usage: '[OPTIONS] NAME[:TAG|@DIGEST]',
  args: exactly(1),
  flags: {
    'all-tags': bool('Download all tagged images in the repository', { short: 'a' }),
    'disable-content-trust': bool('Skip image verification', { initial: true }),
    platform: string('Set platform if server is multi-platform capable'),
    quiet: bool('Suppress verbose output', { short: 'q' }),
  },
  async run({ flags, args: [image = ''], client, io, config }) {
    const named = parseReference(image);
    const isNameOnly = named.tag === undefined && named.digest === undefined;
    if (flags['all-tags'] && !isNameOnly) throw new CliError("tag can't be used with --all-tags/-a");
    if (!flags['disable-content-trust']) {
      throw new CliError('content trust is not supported: images are verified by their digests only');
    }
    const reference = flags['all-tags'] ? named : withDefaultTag(named);
    if (reference !== named && !flags.quiet) await io.stdout.write(`Using default tag: ${reference.tag}\n`);
    const { platform, quiet } = flags;
    await pullReference(client, reference, {
      platform,
      config,
      stderr: io.stderr,
      output: quiet ? undefined : io.stdout,
    });
    await io.stdout.write(`${fullName(reference)}\n`);
    return 0;
  },
});
