import { tagImage } from '../../client/images.ts';
import { messageOf } from '../../errors/engine-error.ts';
import { type ImageReference, parseReference, withDefaultTag } from '../../lib/image-reference.ts';
import { exactly } from '../arguments.ts';
import { defineCommand } from '../command.ts';
import { CliError } from '../errors.ts';

export const command = defineCommand({
  usage: 'SOURCE_IMAGE[:TAG] TARGET_IMAGE[:TAG]',
  args: exactly(2),
  flags: {},
  async run({ args: [source = '', target = ''], client }) {
    // A source may be an ID; only its letters are checked here, whether it exists is the daemon's to say.
    if (!/^[0-9a-f]{64}$/.test(source)) referenceOf(source);
    const reference = referenceOf(target);
    if (reference.digest !== undefined) throw new CliError('refusing to create a tag with a digest reference');
    await tagImage(client, source, reference.name, withDefaultTag(reference).tag ?? '');
    return 0;
  },
});

function referenceOf(text: string): ImageReference {
  try {
    return parseReference(text);
  } catch (error) {
    const complaint = `Error parsing reference: ${JSON.stringify(text)} is not a valid repository/tag`;
    throw new CliError(`${complaint}: ${messageOf(error)}`, 1, { cause: error });
  }
}
