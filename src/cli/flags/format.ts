import type { Flag, FlagOptions } from './flag.ts';
import { string } from './kinds.ts';

const more = `Refer to https://docs.docker.com/go/formatting/ for more information about formatting output with templates`;

/** `--format` of a list, which knows tables. */
export function listFormat(options: FlagOptions = {}): Flag<string> {
  const usage = [
    'Format output using a custom template:',
    "'table':            Print output in table format with column headers (default)",
    "'table TEMPLATE':   Print output in table format using the given Go template",
    "'json':             Print in JSON format",
    "'TEMPLATE':         Print output using the given Go template.",
    more,
  ];
  return string(usage.join('\n'), options);
}

/** `--format` of one object. */
export function objectFormat(options: FlagOptions = {}): Flag<string> {
  const usage = [
    'Format output using a custom template:',
    "'json':             Print in JSON format",
    "'TEMPLATE':         Print output using the given Go template.",
    more,
  ];
  return string(usage.join('\n'), options);
}
