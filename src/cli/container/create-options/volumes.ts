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
    // docker takes the shortest texts for targets, whatever they hold.
    const sections = Buffer.byteLength(spec) <= 2 ? [spec] : sectionsOf(spec);
    if (sections.length === 1) {
      anonymous[spec] = {};
      continue;
    }
    const colon = spec.indexOf(':');
    binds.push(spec.startsWith('.') ? resolve(spec.slice(0, colon)) + spec.slice(colon) : spec);
  }
  return { binds: binds.length === 0 ? null : binds, anonymous };
}

/** What is between the colons. One behind a single letter is part of a drive of Windows, for docker everywhere. */
function sectionsOf(spec: string): string[] {
  const sections: string[] = [];
  let section = '';
  for (const char of spec) {
    if (char !== ':' || /^\p{L}$/u.test(section)) section += char;
    else {
      sections.push(section);
      section = '';
    }
  }
  sections.push(section);
  if (sections.slice(0, 3).includes('')) throw new CliError(`invalid spec: ${spec}: empty section between colons`);
  if (sections.length > 3) throw new CliError(`invalid spec: ${spec}: too many colons`);
  return sections;
}
