import { readFileSync } from 'node:fs';
import { CliError } from '../../errors.ts';
import { openError } from './key-value-files.ts';

export interface SecurityOptions {
  readonly SecurityOpt: string[] | null;
  readonly MaskedPaths: string[] | null;
  readonly ReadonlyPaths: string[] | null;
}

/** A seccomp profile is read here and its content sent; `systempaths=unconfined` becomes two empty lists. */
export function parseSecurityOptions(options: readonly string[]): SecurityOptions {
  const sent: string[] = [];
  let unconfined = false;
  for (const option of options) {
    if (option === 'systempaths=unconfined') unconfined = true;
    else sent.push(parseOne(option));
  }
  const paths = unconfined ? [] : null;
  return { SecurityOpt: options.length === 0 ? null : sent, MaskedPaths: paths, ReadonlyPaths: paths };
}

function parseOne(option: string): string {
  if (option === 'no-new-privileges') return option;
  const separator = option.includes('=') ? '=' : ':';
  const at = option.indexOf(separator);
  if (at < 0) throw new CliError(`Invalid --security-opt: ${JSON.stringify(option)}`);
  const name = option.slice(0, at);
  const value = option.slice(at + 1);
  if (name !== 'seccomp' || value === 'unconfined' || value === 'builtin') return option;
  let text: string;
  try {
    text = readFileSync(value, 'utf8');
  } catch (error) {
    throw new CliError(`opening seccomp profile (${value}) failed: ${openError(value, error)}`, 1, { cause: error });
  }
  try {
    return `seccomp=${JSON.stringify(JSON.parse(text))}`;
  } catch (error) {
    const reason = error instanceof Error ? error.message : String(error);
    throw new CliError(`compacting json for seccomp profile (${value}) failed: ${reason}`, 1, { cause: error });
  }
}
