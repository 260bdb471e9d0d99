import { isEngineError } from '../../errors/engine-error.ts';
import { parseReference } from '../../lib/image-reference.ts';
import { parsePlatform } from '../../lib/platform.ts';
import type { Command, FromCommand } from '../parse/command.ts';
import type { Dockerfile, Instruction } from '../parse/dockerfile.ts';
import type { Expansion } from '../parse/expand-word.ts';
import { expandWord } from '../parse/expand-word.ts';
import { closest } from '../parse/suggestion.ts';
import type { WorkBudget } from '../parse/work-budget.ts';
import type { FileStages } from './file-stages.ts';
import { withGlobalArgs } from './global-arguments.ts';
import type { Linter } from './linter.ts';

/** What can be said of each instruction by itself. Instructions up to the first broken one are judged. */
export function lintInstructions(
  linter: Linter,
  { emptyContinuations }: Dockerfile,
  commands: readonly Command[],
): void {
  for (const lines of emptyContinuations) linter.warnAt('NoEmptyContinuation', 'Empty continuation line', lines);
  for (const command of commands) {
    const { instruction } = command;
    if (command.kind === 'from') lintFromNames(linter, command);
    if (command.kind === 'maintainer') {
      const message = 'Maintainer instruction is deprecated in favor of using label';
      linter.warn('MaintainerDeprecated', message, instruction);
    }
    if (command.kind === 'arg')
      lintDescription(
        linter,
        instruction,
        command.definitions.map(({ key }) => key),
      );
    if (command.kind === 'from' && command.name !== undefined) lintDescription(linter, instruction, [command.name]);
  }
}

function lintFromNames(linter: Linter, { instruction, writtenName, as }: FromCommand): void {
  if (writtenName === undefined || as === undefined) return;
  if (writtenName !== writtenName.toLowerCase()) {
    linter.warn('StageNameCasing', `Stage name '${writtenName}' should be lowercase`, instruction);
  }
  const keyword = instruction.writtenKeyword;
  if (!isOneCase(keyword)) return;
  const wanted = keyword === keyword.toLowerCase() ? as.toLowerCase() : as.toUpperCase();
  if (as !== wanted) {
    linter.warn('FromAsCasing', `'${as}' and '${keyword}' keywords' casing do not match`, instruction);
  }
}

function lintDescription(linter: Linter, instruction: Instruction, names: readonly string[]): void {
  const [word = ''] = instruction.comments.at(-1)?.split(' ') ?? [];
  if (word === '' || names.includes(word)) return;
  const example = names.length > 1 ? '<arg_key>' : (names[0] ?? '');
  const message = `Comment for ${instruction.writtenKeyword} should follow the format: \`# ${example} <description>\``;
  linter.warn('InvalidDefinitionDescription', message, instruction);
}

function isOneCase(word: string): boolean {
  return word === word.toLowerCase() || word === word.toUpperCase();
}

export function lintStageNames(linter: Linter, { stages }: FileStages): void {
  const seen = new Set<string>();
  for (const { from } of stages) {
    const { name, instruction } = from;
    if (name === undefined) continue;
    if (name === 'scratch' || name === 'context') {
      const message = `Stage name should not use the same name as reserved stage ${JSON.stringify(name)}`;
      linter.warn('ReservedStageName', message, instruction);
    }
    if (seen.has(name)) {
      const message = `Duplicate stage name ${JSON.stringify(name)}, stage names should be unique`;
      linter.warn('DuplicateStageName', message, instruction);
    }
    seen.add(name);
  }
}

/** Every keyword should be written in the case that most are. Global ARGs have no say. */
export function lintKeywordCasing(linter: Linter, { stages }: FileStages): void {
  const instructions = stages.flatMap(({ from, commands }) =>
    [from, ...commands].map(({ instruction }) => instruction),
  );
  let lower = 0;
  let upper = 0;
  for (const { writtenKeyword: word } of instructions) {
    if (word === word.toLowerCase()) lower++;
    else if (word === word.toUpperCase()) upper++;
  }
  const isLower = lower > upper;
  for (const instruction of instructions) {
    const word = instruction.writtenKeyword;
    if (word === (isLower ? word.toLowerCase() : word.toUpperCase())) continue;
    const message = `Command '${word}' should match the case of the command majority (${isLower ? 'lowercase' : 'uppercase'})`;
    linter.warn('ConsistentInstructionCasing', message, instruction);
  }
}

/** Variables in FROM that no ARG declares. */
export function lintFrom(linter: Linter, from: FromCommand, word: Expansion, known: ReadonlySet<string>): void {
  for (const name of word.unmatched) {
    if (known.has(name)) continue;
    const near = closest(name, known);
    const hint = near === undefined ? '' : ` (did you mean ${near}?)`;
    linter.warn('UndefinedArgInFrom', `FROM argument '${name}' is not declared${hint}`, from.instruction);
  }
}

export function lintFromPlatform(
  linter: Linter,
  { platform, name = '', instruction }: FromCommand,
  { text, matched, unmatched }: Expansion,
  globals: ReadonlyMap<string, string>,
): void {
  if (matched.size === 1 && unmatched.size === 0 && matched.has('TARGETPLATFORM')) {
    if (text !== globals.get('TARGETPLATFORM')) return;
    const message = `Setting platform to predefined ${platform} in FROM is redundant as this is the default behavior`;
    linter.warn('RedundantTargetPlatform', message, instruction);
  }
  if (matched.size > 0 || unmatched.size > 0) return;
  const parsed = orUndefined(() => parsePlatform(text));
  if (parsed === undefined || name.includes(parsed.os) || name.includes(parsed.architecture)) return;
  const message = `FROM --platform flag should not use constant value ${JSON.stringify(text)}`;
  linter.warn('FromPlatformFlagConstDisallowed', message, instruction);
}

/** Names of bases should make sense when no build argument is given, too. */
export function lintDefaultBases(
  linter: Linter,
  { stages, globalArgs }: FileStages,
  predefined: ReadonlyMap<string, string>,
  context: { readonly dockerfile: Dockerfile; readonly budget: WorkBudget },
): void {
  const { dockerfile: source, budget } = context;
  const { escape } = source.directives;
  const variables = orUndefined(() => withGlobalArgs(predefined, globalArgs, {}, { source, escape, budget }));
  if (variables === undefined) return;
  for (const { from } of stages) {
    const base = orUndefined(() => expandWord(from.base, { escape, variables, budget }).text);
    if (base === undefined) return;
    if (orUndefined(() => parseReference(base)) !== undefined) continue;
    const message = `Default value for ARG ${from.base} results in empty or invalid base image name`;
    linter.warn('InvalidDefaultArgInFrom', message, from.instruction);
  }
}

/** Lints never fail a build by themselves: what is wrong is found again, and said, where it matters. */
function orUndefined<T>(work: () => T): T | undefined {
  try {
    return work();
  } catch (error) {
    if (isEngineError(error)) return undefined;
    throw error;
  }
}
