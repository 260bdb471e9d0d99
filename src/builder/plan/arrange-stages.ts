import { invalidArgument, messageOf } from '../../errors/engine-error.ts';
import type { Platform } from '../../lib/platform.ts';
import { parsePlatform } from '../../lib/platform.ts';
import type { ArgCommand, Command, FromCommand } from '../parse/command.ts';
import { expandWord } from '../parse/expand-word.ts';
import { locating, sourceError } from '../parse/source-error.ts';
import { didYouMean } from '../parse/suggestion.ts';
import type { FileStages } from './file-stages.ts';
import { lintFrom, lintFromPlatform } from './lint-stages.ts';
import { parseBaseName } from './parse-base-name.ts';
import type { PlanContext } from './plan-context.ts';
import type { StageNode } from './stage-node.ts';

/** @throws invalid_argument for an instruction before the first FROM */
export function cutIntoStages(context: Pick<PlanContext, 'dockerfile'>, commands: readonly Command[]): FileStages {
  const globalArgs: ArgCommand[] = [];
  const stages: { from: FromCommand; commands: Command[] }[] = [];
  for (const command of commands) {
    const current = stages.at(-1);
    if (command.kind === 'from') stages.push({ from: command, commands: [] });
    else if (current !== undefined) current.commands.push(command);
    else if (command.kind === 'arg') globalArgs.push(command);
    else throw sourceError(context.dockerfile, [command.instruction.lines], 'no build stage in current context');
  }
  if (stages.length === 0) throw invalidArgument('dockerfile contains no stages to build');
  return { globalArgs, stages };
}

/** The stages in order, each with the earlier one that it continues. @throws invalid_argument with an excerpt */
export function arrangeStages(context: PlanContext, { stages, globalArgs }: FileStages): StageNode[] {
  const nodes: StageNode[] = [];
  const byName = new Map<string, StageNode>();
  const declared = new Set(globalArgs.flatMap(({ definitions }) => definitions.map(({ key }) => key)));
  for (const { from, commands } of stages) {
    const { lines } = from.instruction;
    const { baseName, platform } = locating(context.dockerfile, lines, () => expandFrom(context, from, declared));
    const replacement = from.name === undefined ? undefined : context.contextNamed(from.name);
    const node: StageNode = {
      index: nodes.length,
      from,
      name: from.name,
      baseName,
      lines,
      base: replacement === undefined ? byName.get(baseName) : undefined,
      platform: platform ?? context.platform,
      commands: commands.map((command) => ({ command, isOnbuild: false, sources: [] })),
      sources: new Map(),
      resolved: undefined,
    };
    locating(context.dockerfile, lines, () => assertBaseName(context, node, replacement !== undefined));
    nodes.push(node);
    if (from.name !== undefined) byName.set(from.name, node);
  }
  return nodes;
}

/** Also of stages that nothing needs: BuildKit refuses such a file as a whole. */
function assertBaseName(context: PlanContext, { base, baseName }: StageNode, isReplaced: boolean): void {
  if (base !== undefined || isReplaced || baseName === 'scratch' || context.contextNamed(baseName) !== undefined)
    return;
  parseBaseName(baseName);
}

function expandFrom(
  { globals, escape, budget, linter }: PlanContext,
  from: FromCommand,
  declared: ReadonlySet<string>,
): { baseName: string; platform: Platform | undefined } {
  const known = new Set([...declared, ...globals.keys()]);
  const base = expandWord(from.base, { escape, variables: globals, budget });
  lintFrom(linter, from, base, known);
  if (base.text === '') throw invalidArgument(`base name (${from.base}) should not be blank`);
  if (from.platform === undefined) return { baseName: base.text, platform: undefined };
  const platform = expandWord(from.platform, { escape, variables: globals, budget });
  lintFrom(linter, from, platform, known);
  lintFromPlatform(linter, from, platform, globals);
  const [unknown = ''] = platform.unmatched;
  const hint = unknown === '' ? '' : didYouMean(unknown, globals.keys());
  if (platform.text === '') throw invalidArgument(`empty platform value from expression ${from.platform}${hint}`);
  try {
    return { baseName: base.text, platform: parsePlatform(platform.text) };
  } catch (error) {
    throw invalidArgument(`failed to parse platform ${from.platform}: ${messageOf(error)}${hint}`, error);
  }
}

/** By name in any case, by number, or the last one. @throws invalid_argument with near names */
export function findTarget(nodes: readonly StageNode[], target: string | undefined): StageNode {
  const wanted = target?.toLowerCase() ?? '';
  const found =
    wanted === ''
      ? nodes.at(-1)
      : (nodes.findLast(({ name }) => name === wanted) ??
        (/^\d{1,9}$/.test(wanted) ? nodes[Number(wanted)] : undefined));
  if (found !== undefined) return found;
  const names = nodes.flatMap(({ name }) => name ?? []);
  throw invalidArgument(`target stage ${JSON.stringify(target)} could not be found${didYouMean(target ?? '', names)}`);
}
