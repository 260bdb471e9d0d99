import { invalidArgument } from '../../errors/engine-error.ts';

/** Far above what a Dockerfile needs that a person wrote, and still only some 100 MB of memory. */
const UNITS = 16 * 1024 * 1024;
const UNITS_PER_ENTRY = 16;

/**
 * Bounds what one Dockerfile may cost. Variables that double in every line, or thousands of steps that each carry
 * thousands of variables, would otherwise fill the memory from a few kilobytes.
 */
export class WorkBudget {
  #left = UNITS;

  /** A unit is a character made. @throws invalid_argument when there are none left. */
  spend(units: number): void {
    this.#left -= units;
    if (this.#left < 0) throw invalidArgument('the Dockerfile expands to more than a build can hold');
  }

  /** Entries of lists and maps that are copied. */
  spendEntries(count: number): void {
    this.spend(count * UNITS_PER_ENTRY);
  }
}
