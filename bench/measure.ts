import type { Engine } from './engines.ts';
import type { Scenario } from './scenarios.ts';
import type { Row } from './table.ts';

/**
 * The median of each step on each engine. A B C A B C …: what the machine does in between hits all engines alike. The
 * first round warms up.
 */
export async function measure(engines: readonly Engine[], scenario: Scenario): Promise<Row[]> {
  const steps = Object.entries(scenario.steps).map(([title, run]) => ({
    title,
    run,
    times: engines.map((): number[] => []),
  }));
  for (let round = 0; round <= scenario.rounds; round++) {
    for (const [index, engine] of engines.entries()) {
      await scenario.before?.(engine);
      for (const { run, times } of steps) {
        const started = performance.now();
        await run(engine);
        if (round > 0) times[index]?.push(performance.now() - started);
      }
      await scenario.after?.(engine);
    }
  }
  return steps.map(({ title, times }) => ({ title, unit: 'ms', values: times.map(median) }));
}

function median(values: readonly number[]): number {
  const sorted = values.toSorted((a, b) => a - b);
  const middle = sorted.length >> 1;
  const upper = sorted[middle] ?? Number.NaN;
  return sorted.length % 2 === 1 ? upper : ((sorted[middle - 1] ?? Number.NaN) + upper) / 2;
}
