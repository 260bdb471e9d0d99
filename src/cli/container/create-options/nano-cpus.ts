/** Billionths of a CPU, of a decimal number (`1.5`) or a fraction (`3/2`). */
export function parseNanoCpus(text: string): number {
  const match = /^([+-]?)([0-9]*)(?:\.([0-9]*))?(?:\/([0-9]+))?$/.exec(text);
  const whole = match?.[2] ?? '';
  const decimals = match?.[3] ?? '';
  if (match === null || whole + decimals === '') throw new Error(`failed to parse ${text} as a rational number`);
  const denominator = 10n ** BigInt(decimals.length) * BigInt(match[4] ?? 1);
  const numerator = BigInt(whole + decimals) * 1_000_000_000n;
  if (denominator === 0n) throw new Error(`failed to parse ${text} as a rational number`);
  if (numerator % denominator !== 0n) throw new Error('value is too precise');
  const nanoCpus = Number(numerator / denominator);
  return match[1] === '-' ? -nanoCpus : nanoCpus;
}
