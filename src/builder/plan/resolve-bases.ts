import { EngineError, invalidArgument, isEngineError } from '../../errors/engine-error.ts';
import type { Command } from '../parse/command.ts';
import { parseCommand } from '../parse/parse-command.ts';
import { parseInstruction } from '../parse/parse-dockerfile.ts';
import { located, locating } from '../parse/source-error.ts';
import { didYouMean } from '../parse/suggestion.ts';
import type { BaseImage } from './build-plan.ts';
import { platformText } from './global-arguments.ts';
import type { SourceLinker } from './link-sources.ts';
import { parseBaseName } from './parse-base-name.ts';
import type { PlanContext } from './plan-context.ts';
import type { ResolvedBase, StageNode } from './stage-node.ts';
import { reachableFrom } from './stage-node.ts';

const COMMON_IMAGES = ['alpine', 'busybox', 'centos', 'debian', 'golang', 'ubuntu', 'fedora'];

/**
 * Finds the bases of all stages that the roots need, all at once, and sets the ONBUILD triggers of those bases before
 * the stages' own instructions. Triggers may name more stages and images: then it goes on until nothing is new.
 */
export async function resolveBases(
  context: PlanContext,
  nodes: readonly StageNode[],
  roots: readonly StageNode[],
  linker: SourceLinker,
): Promise<Set<StageNode>> {
  const images = new Map<string, Promise<BaseImage>>();
  const triggered = new Set<StageNode>();
  for (;;) {
    const reachable = reachableFrom(roots);
    const before = nodes.length;
    const open = [...reachable].filter((node) => node.base === undefined && node.resolved === undefined);
    await Promise.all(
      open.map(async (node) => {
        node.resolved = await resolveBase(context, nodes, node, images);
      }),
    );
    let hasGrown = false;
    for (const node of nodes) {
      if (!reachable.has(node) || node.from === undefined || triggered.has(node)) continue;
      triggered.add(node);
      hasGrown = addTriggers(context, node, linker) || hasGrown;
    }
    if (!hasGrown && nodes.length === before) return reachable;
  }
}

async function resolveBase(
  context: PlanContext,
  nodes: readonly StageNode[],
  node: StageNode,
  images: Map<string, Promise<BaseImage>>,
): Promise<ResolvedBase> {
  const replacement = node.name === undefined ? undefined : context.contextNamed(node.name);
  if (replacement === undefined && node.baseName === 'scratch') return { kind: 'scratch' };
  const named = replacement ?? context.contextNamed(node.baseName);
  const replaces = replacement !== undefined;
  if (named?.context.kind === 'files') return { kind: 'context', name: named.name, replaces };
  const reference = named?.context.kind === 'image' ? named.context.reference : node.baseName;
  try {
    const image = await resolveImage(context, node, reference, images);
    lintBasePlatform(context, node, image);
    return { kind: 'image', image, replaces };
  } catch (error) {
    throw located(context.dockerfile, node.lines, withSuggestion(error, node.baseName, nodes));
  }
}

function lintBasePlatform({ linter }: PlanContext, { from, platform, baseName }: StageNode, image: BaseImage): void {
  const { os, architecture } = image.platform;
  if (from === undefined || (os === platform.os && architecture === platform.architecture)) return;
  const [actual, expected] = [image.platform, platform].map((one) => JSON.stringify(platformText(one)));
  const message = `Base image ${baseName} was pulled with platform ${actual}, expected ${expected} for current build`;
  linter.warn('InvalidBaseImagePlatform', message, from.instruction);
}

async function resolveImage(
  { options }: PlanContext,
  { platform }: StageNode,
  reference: string,
  images: Map<string, Promise<BaseImage>>,
): Promise<BaseImage> {
  parseBaseName(reference);
  const key = `${platformText(platform)} ${reference}`;
  const pending = images.get(key) ?? options.resolveImage(reference, platform);
  images.set(key, pending);
  return pending;
}

function withSuggestion(error: unknown, name: string, nodes: readonly StageNode[]): unknown {
  if (!isEngineError(error, 'not_found')) return error;
  const hint = didYouMean(name, [...nodes.flatMap((node) => node.name ?? []), ...COMMON_IMAGES]);
  return hint === '' ? error : new EngineError(error.kind, error.message + hint, { cause: error });
}

/** Whether there were any. @throws invalid_argument that shows the FROM that brought the trigger in */
function addTriggers(context: PlanContext, node: StageNode, linker: SourceLinker): boolean {
  const triggers = triggersOf(node);
  if (triggers.length === 0) return false;
  const commands = triggers.map((trigger) =>
    linker.link(
      node,
      locating(context.dockerfile, node.lines, () => parseTrigger(trigger, node)),
      true,
      node.lines,
    ),
  );
  node.commands.unshift(...commands);
  return true;
}

function triggersOf({ base, resolved }: StageNode): readonly string[] {
  if (base !== undefined) {
    return base.commands.flatMap(({ command }) => (command.kind === 'onbuild' ? [command.trigger] : []));
  }
  return resolved?.kind === 'image' && !resolved.replaces ? (resolved.image.config.OnBuild ?? []) : [];
}

function parseTrigger(trigger: string, { lines }: StageNode): Command {
  const instruction = { ...parseInstruction(trigger), lines };
  const command = parseCommand(instruction, '\\');
  if (command.kind === 'from') throw invalidArgument("FROM isn't allowed as an ONBUILD trigger");
  return command;
}
