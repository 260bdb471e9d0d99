import { invalidArgument, isEngineError } from '../../errors/engine-error.ts';
import type { Command } from './command.ts';
import type { Dockerfile, Instruction } from './dockerfile.ts';
import { parseCopy } from './parse-copy.ts';
import { parseFrom } from './parse-from.ts';
import { parseHealthcheck } from './parse-healthcheck.ts';
import { parseList } from './parse-list.ts';
import { parseOnbuild } from './parse-onbuild.ts';
import { parseArg, parsePairs } from './parse-pairs.ts';
import { parseProcess, parseRun } from './parse-run.ts';
import { parseText } from './parse-text.ts';
import { sourceError } from './source-error.ts';
import { didYouMean } from './suggestion.ts';

type Parser = (instruction: Instruction, escape: string) => Command;

const PARSERS: Readonly<Record<string, Parser>> = {
  from: parseFrom,
  arg: parseArg,
  env: parsePairs,
  label: parsePairs,
  run: parseRun,
  cmd: parseProcess,
  entrypoint: parseProcess,
  shell: parseProcess,
  copy: parseCopy,
  add: parseCopy,
  workdir: parseText,
  user: parseText,
  stopsignal: parseText,
  maintainer: parseText,
  volume: parseList,
  expose: parseList,
  healthcheck: parseHealthcheck,
  onbuild: parseOnbuild,
};

/** @throws invalid_argument with BuildKit's texts, without an excerpt */
export function parseCommand(instruction: Instruction, escape: string): Command {
  const parse = Object.hasOwn(PARSERS, instruction.keyword) ? PARSERS[instruction.keyword] : undefined;
  if (parse !== undefined) return parse(instruction, escape);
  const { writtenKeyword } = instruction;
  throw invalidArgument(
    `unknown instruction: ${writtenKeyword}${didYouMean(writtenKeyword, Object.keys(PARSERS), true)}`,
  );
}

/**
 * All instructions of a file, by their own rules. `report` gets those before the first broken one, whether there is
 * one or not.
 * @throws invalid_argument with an excerpt
 */
export function parseCommands(dockerfile: Dockerfile, report: (commands: readonly Command[]) => void): Command[] {
  const { escape } = dockerfile.directives;
  const commands: Command[] = [];
  try {
    for (const instruction of dockerfile.instructions) {
      commands.push(parseLocated(dockerfile, instruction, escape));
    }
    return commands;
  } finally {
    report(commands);
  }
}

function parseLocated(dockerfile: Dockerfile, instruction: Instruction, escape: string): Command {
  try {
    return parseCommand(instruction, escape);
  } catch (error) {
    if (!isEngineError(error)) throw error;
    const { lines } = instruction;
    const message = `dockerfile parse error on line ${lines.start}: ${error.message}`;
    throw sourceError(dockerfile, [lines], message, error);
  }
}
