declare global {
  interface JSON {
    /** ECMAScript 2026; TypeScript's library does not declare it yet. */
    rawJSON(text: string): object;
  }
}

/** A value that `JSON.stringify` writes as this integer, digit by digit: nanoseconds do not fit into a number. */
export function jsonInteger(value: bigint): object {
  return JSON.rawJSON(value.toString());
}
