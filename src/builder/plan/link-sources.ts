import { invalidArgument } from '../../errors/engine-error.ts';
import type { Command } from '../parse/command.ts';
import type { LineRange } from '../parse/dockerfile.ts';
import { expandWord } from '../parse/expand-word.ts';
import { mountSource } from '../parse/parse-mount.ts';
import { locating, sourceError } from '../parse/source-error.ts';
import type { PlanContext } from './plan-context.ts';
import type { PlannedCommand, StageNode } from './stage-node.ts';
import { needsOf } from './stage-node.ts';

/** Finds what COPY --from and mounts name. Images that are no stage's base are added to the nodes. */
export class SourceLinker {
  readonly #context: PlanContext;
  readonly #nodes: StageNode[];
  readonly #byName = new Map<string, StageNode>();
  readonly #stages: number;

  constructor(context: PlanContext, nodes: StageNode[]) {
    this.#context = context;
    this.#nodes = nodes;
    this.#stages = nodes.length;
    for (const node of nodes) if (node.name !== undefined) this.#byName.set(node.name, node);
  }

  /** @throws invalid_argument with an excerpt */
  link(node: StageNode, command: Command, isOnbuild: boolean, lines: LineRange): PlannedCommand {
    const { dockerfile } = this.#context;
    const sources = locating(dockerfile, lines, () => this.#sourcesOf(command, lines));
    for (const source of sources)
      if (source !== undefined && !node.sources.has(source)) node.sources.set(source, lines);
    return { command, isOnbuild, sources };
  }

  #sourcesOf(command: Command, lines: LineRange): (StageNode | undefined)[] {
    if (command.kind === 'copy') {
      if (command.from === undefined) return [];
      assertPlain(command.from);
      return [this.#find(command.from, lines)];
    }
    if (command.kind !== 'run') return [];
    return command.mounts.map((mount) => {
      const name = mountSource(mount);
      return name === undefined ? undefined : this.#find(name, lines);
    });
  }

  #find(name: string, lines: LineRange): StageNode {
    if (/^[+-]?\d+$/.test(name)) {
      const index = Number(name);
      const node = index >= 0 && index < this.#stages ? this.#nodes[index] : undefined;
      if (node === undefined) throw invalidArgument(`invalid stage index ${index}`);
      return node;
    }
    const known = this.#byName.get(name.toLowerCase()) ?? this.#byName.get(`image ${name}`);
    if (known !== undefined) return known;
    const node: StageNode = {
      index: this.#nodes.length,
      from: undefined,
      name: undefined,
      baseName: name,
      lines,
      base: undefined,
      platform: this.#context.platform,
      commands: [],
      sources: new Map(),
      resolved: undefined,
    };
    this.#nodes.push(node);
    this.#byName.set(`image ${name}`, node);
    return node;
  }
}

function assertPlain(from: string): void {
  if (expandWord(from, { escape: '\\', variables: new Map() }).text === from) return;
  throw invalidArgument(
    'variable expansion is not supported for --from, define a new stage with FROM using ARG from global scope as a workaround',
  );
}

/**
 * @throws invalid_argument that shows each instruction of the circle. Stages are visited without recursion: a
 *   Dockerfile may have more of them than a stack has frames.
 */
export function assertNoCycles({ dockerfile }: PlanContext, nodes: readonly StageNode[]): void {
  const done = new Set<StageNode>();
  for (const root of nodes) {
    const path: { readonly node: StageNode; readonly rest: StageNode[] }[] = [];
    const onPath = new Set<StageNode>();
    const enter = (node: StageNode) => {
      path.push({ node, rest: needsOf(node) });
      onPath.add(node);
    };
    if (!done.has(root)) enter(root);
    for (let top = path.at(-1); top !== undefined; top = path.at(-1)) {
      const next = top.rest.shift();
      if (next === undefined) {
        path.pop();
        onPath.delete(top.node);
        done.add(top.node);
      } else if (onPath.has(next)) {
        const circle = path.slice(path.findIndex(({ node }) => node === next)).map(({ node }) => node);
        const lines = circle.map((node, index) => linesOfNeed(node, circle[index + 1] ?? next));
        throw sourceError(dockerfile, lines, `circular dependency detected on stage: ${stageName(next)}`);
      } else if (!done.has(next)) enter(next);
    }
  }
}

function linesOfNeed(node: StageNode, needed: StageNode): LineRange {
  return node.sources.get(needed) ?? node.lines;
}

export function stageName({ name, index }: StageNode): string {
  return name ?? `stage-${index}`;
}
