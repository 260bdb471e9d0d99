import { isEngineError } from '../../errors/engine-error.ts';
import type { ImageReference } from '../../lib/image-reference.ts';
import { familiarReference, parseReference } from '../../lib/image-reference.ts';
import type { Platform } from '../../lib/platform.ts';
import type { Dockerfile } from '../parse/dockerfile.ts';
import type { WorkBudget } from '../parse/work-budget.ts';
import type { Linter } from './linter.ts';
import type { NamedContext, PlanOptions } from './plan-options.ts';

/** What all parts of planning share. */
export interface PlanContext {
  readonly dockerfile: Dockerfile;
  readonly escape: string;
  readonly options: PlanOptions;
  readonly buildArgs: Readonly<Record<string, string>>;
  /** The target's. */
  readonly platform: Platform;
  /** Predefined ones and the ARGs before the first FROM. */
  readonly globals: ReadonlyMap<string, string>;
  readonly linter: Linter;
  readonly budget: WorkBudget;
  /** Names of build arguments that some ARG asked for. */
  readonly usedArgs: Set<string>;
  /** The named context that stands for a stage or an image of this name. */
  contextNamed(name: string): { readonly name: string; readonly context: NamedContext } | undefined;
}

/** Names that a `--build-context` cannot take over. */
const RESERVED = ['scratch', 'context'];

export function namedContextFinder(options: PlanOptions): PlanContext['contextNamed'] {
  const contexts = new Map(
    [...(options.namedContexts ?? [])].map(([name, context]) => [canonicalName(name), { name, context }]),
  );
  return (name) => (RESERVED.includes(name.toLowerCase()) ? undefined : contexts.get(canonicalName(name)));
}

/** `busybox`, `busybox:latest` and `docker.io/library/busybox` are one name. */
function canonicalName(name: string): string {
  try {
    return shortName(parseReference(name));
  } catch (error) {
    if (isEngineError(error)) return name.toLowerCase();
    throw error;
  }
}

function shortName(reference: ImageReference): string {
  return familiarReference(reference.tag === 'latest' ? { ...reference, tag: undefined } : reference);
}
