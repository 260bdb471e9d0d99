import type { PairsCommand } from '../parse/command.ts';
import type { Instruction } from '../parse/dockerfile.ts';
import type { Linter } from './linter.ts';
import type { StageState } from './stage-state.ts';

const SECRET = /(?:_|^)(?:apikey|auth|credential|credentials|key|password|pword|passwd|secret|token)(?:_|$)/i;
const NO_SECRET = /(?:_|^)(?:public|file|version)(?:_|$)/i;

/** Values of variables are in the image for all to see. */
export function lintSecretName(linter: Linter, instruction: Instruction, keyword: string, name: string): void {
  if (!SECRET.test(name) || NO_SECRET.test(name)) return;
  const message = `Do not use ARG or ENV instructions for sensitive data (${keyword} ${JSON.stringify(name)})`;
  linter.warn('SecretsUsedInArgOrEnv', message, instruction);
}

export function lintPairs(linter: Linter, { kind, instruction, pairs }: PairsCommand, keys: readonly string[]): void {
  const word = instruction.writtenKeyword;
  if (pairs.some(({ isLegacy }) => isLegacy)) {
    const message = `"${word} key=value" should be used instead of legacy "${word} key value" format`;
    linter.warn('LegacyKeyValueFormat', message, instruction);
  }
  if (kind === 'env') for (const key of keys) lintSecretName(linter, instruction, 'ENV', key);
}

/** Of two, the first one is void; that one is reported. */
export function lintUsedOnce(
  linter: Linter,
  { seen }: StageState,
  kind: 'cmd' | 'entrypoint' | 'healthcheck',
  instruction: Instruction,
): void {
  const before = seen.get(kind);
  if (before !== undefined) {
    const message = `Multiple ${instruction.writtenKeyword} instructions should not be used in the same stage because only the last one will be used`;
    linter.warn('MultipleInstructionsDisallowed', message, { ...instruction, lines: before });
  }
  seen.set(kind, instruction.lines);
}
