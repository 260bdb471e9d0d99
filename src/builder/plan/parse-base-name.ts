import { invalidArgument, messageOf } from '../../errors/engine-error.ts';
import { parseSpecifier } from '../../lib/image-reference.ts';

/** @throws invalid_argument for what can be the name of no image */
export function parseBaseName(name: string): void {
  try {
    parseSpecifier(name);
  } catch (error) {
    throw invalidArgument(`failed to parse stage name ${JSON.stringify(name)}: ${messageOf(error)}`, error);
  }
}
