import type { LineRange } from '../parse/dockerfile.ts';

/** What BuildKit's linter calls each of its rules; users write these names in `# check=skip=…`. */
export type LintRuleName =
  | 'StageNameCasing'
  | 'FromAsCasing'
  | 'NoEmptyContinuation'
  | 'ConsistentInstructionCasing'
  | 'DuplicateStageName'
  | 'ReservedStageName'
  | 'JSONArgsRecommended'
  | 'MaintainerDeprecated'
  | 'MultipleInstructionsDisallowed'
  | 'UndefinedArgInFrom'
  | 'UndefinedVar'
  | 'WorkdirRelativePath'
  | 'InvalidDefaultArgInFrom'
  | 'InvalidBaseImagePlatform'
  | 'FromPlatformFlagConstDisallowed'
  | 'RedundantTargetPlatform'
  | 'SecretsUsedInArgOrEnv'
  | 'LegacyKeyValueFormat'
  | 'CopyIgnoredFile'
  | 'InvalidDefinitionDescription'
  | 'ExposeProtoCasing'
  | 'ExposeInvalidFormat';

export interface LintWarning {
  readonly rule: LintRuleName;
  /** What the rule is about: `The MAINTAINER instruction is deprecated, …`. */
  readonly description: string;
  readonly url: string;
  /** This case of it. */
  readonly message: string;
  readonly lines: readonly LineRange[];
}
