import { invalidArgument } from '../../errors/engine-error.ts';
import { splitBlanks } from './characters.ts';
import type { CopyCommand } from './command.ts';
import type { Heredoc, Instruction } from './dockerfile.ts';
import { parseFlags } from './flags.ts';
import { parseHeredocMark } from './heredoc.ts';
import { parseJsonArguments } from './json-arguments.ts';

const SHARED = { chown: 'text', chmod: 'text', link: 'switch', exclude: 'texts' } as const;
const COPY_FLAGS = { ...SHARED, from: 'text', parents: 'switch' } as const;
const ADD_FLAGS = { ...SHARED, 'keep-git-dir': 'switch', checksum: 'text', unpack: 'switch' } as const;

/** COPY and ADD: sources, then where to. */
export function parseCopy(instruction: Instruction): CopyCommand {
  const keyword = instruction.keyword.toUpperCase();
  const words = parseJsonArguments(instruction.rest) ?? splitBlanks(instruction.rest);
  const destination = words.at(-1) ?? '';
  if (words.length < 2) {
    throw invalidArgument(
      `${keyword} requires at least two arguments, but only one was provided. Destination could not be determined`,
    );
  }
  const flags = parseFlags(instruction.flags, keyword === 'COPY' ? COPY_FLAGS : ADD_FLAGS);
  if (parseHeredocMark(destination) !== undefined) {
    throw invalidArgument(`${keyword} cannot accept a heredoc as a destination`);
  }
  const { sources, heredocs } = sortSources(words.slice(0, -1), instruction.heredocs);
  return {
    kind: keyword === 'COPY' ? 'copy' : 'add',
    instruction,
    from: flags.text('from') || undefined,
    sources,
    heredocs,
    destination,
    chown: flags.text('chown') ?? '',
    chmod: flags.text('chmod') ?? '',
    link: flags.switch('link') ?? false,
    parents: flags.switch('parents') ?? false,
    excludes: flags.texts('exclude'),
    checksum: flags.text('checksum') ?? '',
    keepGitDir: flags.switch('keep-git-dir'),
    unpack: flags.switch('unpack'),
  };
}

function sortSources(
  words: readonly string[],
  contents: readonly Heredoc[],
): { sources: string[]; heredocs: Heredoc[] } {
  const sources: string[] = [];
  const heredocs: Heredoc[] = [];
  for (const word of words) {
    const mark = parseHeredocMark(word);
    if (mark === undefined) sources.push(word);
    else heredocs.push({ ...mark, content: contents.findLast(({ name }) => name === mark.name)?.content ?? '' });
  }
  return { sources, heredocs };
}
