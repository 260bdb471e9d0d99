import type { Platform } from '../../lib/platform.ts';
import { hostPlatform } from '../../lib/platform.ts';
import type { ArgCommand } from '../parse/command.ts';
import { expandWord } from '../parse/expand-word.ts';
import type { Source } from '../parse/source-error.ts';
import { locating } from '../parse/source-error.ts';
import type { WorkBudget } from '../parse/work-budget.ts';

type BuildArgs = Readonly<Record<string, string>>;

/** `linux/arm/v7`. */
export function platformText({ os, architecture, variant }: Platform): string {
  return [os, architecture, ...(variant === undefined ? [] : [variant])].join('/');
}

/** What every Dockerfile may ask for with ARG; build arguments of the same names win. */
export function predefinedArguments(platform: Platform, target: string, buildArgs: BuildArgs): Map<string, string> {
  const host = hostPlatform();
  const values = {
    BUILDPLATFORM: platformText(host),
    BUILDOS: host.os,
    BUILDOSVERSION: '',
    BUILDARCH: host.architecture,
    BUILDVARIANT: host.variant ?? '',
    TARGETPLATFORM: platformText(platform),
    TARGETOS: platform.os,
    TARGETOSVERSION: '',
    TARGETARCH: platform.architecture,
    TARGETVARIANT: platform.variant ?? '',
    TARGETSTAGE: target,
  };
  return new Map(Object.entries(values).map(([name, value]) => [name, ownValue(buildArgs, name) ?? value]));
}

/** Adds the ARGs before the first FROM. @throws invalid_argument with an excerpt */
export function withGlobalArgs(
  predefined: ReadonlyMap<string, string>,
  args: readonly ArgCommand[],
  buildArgs: BuildArgs,
  context: { readonly source: Source; readonly escape: string; readonly budget: WorkBudget },
): Map<string, string> {
  const variables = new Map(predefined);
  for (const { definitions, instruction } of args) {
    for (const { key, value } of definitions) {
      const given = ownValue(buildArgs, key);
      const { source, escape, budget } = context;
      const result =
        given ??
        (value === undefined
          ? undefined
          : locating(source, instruction.lines, () => expandWord(value, { escape, variables, budget }).text));
      if (result !== undefined) variables.set(key, result);
    }
  }
  return variables;
}

export function ownValue(values: BuildArgs, name: string): string | undefined {
  return Object.hasOwn(values, name) ? values[name] : undefined;
}
