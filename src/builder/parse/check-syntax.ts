import { parseJsonArguments } from './json-arguments.ts';
import { readPairs } from './parse-pairs.ts';
import { splitInstruction } from './split-instruction.ts';

/**
 * What BuildKit checks of a whole file before it looks at what any instruction means: that lists in JSON hold strings,
 * and that ENV and LABEL hold pairs.
 * @throws invalid_argument
 */
export function checkSyntax(keyword: string, rest: string, escape: string): void {
  switch (keyword.toLowerCase()) {
    case 'env':
    case 'label':
      readPairs(keyword.toUpperCase(), rest, escape);
      return;
    case 'run':
    case 'cmd':
    case 'entrypoint':
    case 'shell':
    case 'copy':
    case 'add':
    case 'volume':
      parseJsonArguments(rest);
      return;
    case 'healthcheck':
      parseJsonArguments(rest.replace(/^\S+/, ''));
      return;
    case 'onbuild': {
      const inner = splitInstruction(rest);
      if (inner.keyword.toLowerCase() !== 'onbuild') checkSyntax(inner.keyword, inner.rest, escape);
      return;
    }
    default:
  }
}
