import type { Platform } from '../../lib/platform.ts';
import type { Command, FromCommand } from '../parse/command.ts';
import type { LineRange } from '../parse/dockerfile.ts';
import type { BaseImage } from './build-plan.ts';

/** A stage while its place among the others is worked out, or an image that COPY or a mount names. */
export interface StageNode {
  /** Place among all; the Dockerfile's stages come first, in their order. */
  readonly index: number;
  /** Undefined for an image that is only copied from. */
  readonly from: FromCommand | undefined;
  readonly name: string | undefined;
  /** FROM's argument, expanded. */
  readonly baseName: string;
  readonly lines: LineRange;
  /** The stage that this one continues. */
  readonly base: StageNode | undefined;
  /** FROM's `--platform`, else the target's. */
  readonly platform: Platform;
  readonly commands: PlannedCommand[];
  /** What it copies from or mounts, and the lines that say so. */
  readonly sources: Map<StageNode, LineRange>;
  /** Once the base is known to be needed. */
  resolved: ResolvedBase | undefined;
}

export type ResolvedBase =
  | { readonly kind: 'scratch' }
  /** `replaces` tells that a named context stands for the whole stage, whose instructions are then void. */
  | { readonly kind: 'image'; readonly image: BaseImage; readonly replaces: boolean }
  | { readonly kind: 'context'; readonly name: string; readonly replaces: boolean };

export interface PlannedCommand {
  readonly command: Command;
  readonly isOnbuild: boolean;
  /** Of COPY, what `--from` names; of RUN, what each mount does. */
  readonly sources: readonly (StageNode | undefined)[];
}

/** What the stage needs to be there first: its base and its sources. */
export function needsOf(node: StageNode): StageNode[] {
  return node.base === undefined ? [...node.sources.keys()] : [node.base, ...node.sources.keys()];
}

/** The node and all that it needs, directly or not. */
export function reachableFrom(nodes: Iterable<StageNode>): Set<StageNode> {
  const reached = new Set(nodes);
  for (const node of reached) for (const needed of needsOf(node)) reached.add(needed);
  return reached;
}
