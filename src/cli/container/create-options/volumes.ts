import { resolve } from 'node:path';
import { CliError } from '../../errors.ts';

export interface Volumes {
  /** With a source: what is mounted, in the order it was asked for. */
  readonly binds: string[] | null;
  /** Targets alone: volumes without a name. */
  readonly anonymous: Record<string, Record<string, never>>;
}

/** `--volume [source:]target[:options]`. A source that starts with a dot is relative to our own folder. */
export function parseVolumes(specs: readonly string[]): Volumes {
  const binds: string[] = [];
  const anonymous: Volumes['anonymous'] = {};
  for (const spec of new Set(specs)) {
    if (spec === '') throw new CliError('invalid empty volume spec');
    const colon = spec.indexOf(':');
    // docker takes the shortest texts for targets, whatever they hold.
    if (colon < 0 || spec.length <= 2) {
      anonymous[spec] = {};
      continue;
    }
    const source = spec.slice(0, colon);
    const rest = spec.slice(colon + 1);
    if (source === '' || rest === '') throw new CliError(`invalid spec: ${spec}: empty section between colons`);
    binds.push(source.startsWith('.') ? `${resolve(source)}:${rest}` : spec);
  }
  return { binds: binds.length === 0 ? null : binds, anonymous };
}
