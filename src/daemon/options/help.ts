import type { DaemonOption } from './options.ts';
import { daemonOptions } from './options.ts';

const COLUMN = 42;

export function helpText(): string {
  const lines = daemonOptions.map((option: DaemonOption) => {
    const short = option.short === undefined ? '    ' : `-${option.short}, `;
    const flag = `  ${short}--${option.name}${option.placeholder === undefined ? '' : ` ${option.placeholder}`}`;
    return `${flag.padEnd(COLUMN)} ${option.help}`;
  });
  return `\nUsage:  skiffd [OPTIONS]\n\nA container engine that speaks the Docker API.\n\nOptions:\n${lines.join('\n')}\n`;
}
