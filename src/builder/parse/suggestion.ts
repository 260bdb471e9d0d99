import { editDistance } from '../../lib/suggest.ts';

/** Words that differ in more letters are no slip of the fingers. */
const TOO_FAR = 3;
/** Comparing is quadratic; nobody mistypes a word of this length into another one. */
const MAX_LENGTH = 128;

/** ` (did you mean RUN?)`, or nothing when no candidate is near or one is the word itself. */
export function didYouMean(word: string, candidates: Iterable<string>, ignoreCase = false): string {
  const near = closest(word, candidates, ignoreCase);
  return near === undefined ? '' : ` (did you mean ${near}?)`;
}

export function closest(word: string, candidates: Iterable<string>, ignoreCase = false): string | undefined {
  if (word.length > MAX_LENGTH) return undefined;
  const sought = ignoreCase ? word.toLowerCase() : word;
  let best: { readonly name: string; readonly distance: number } | undefined;
  for (const candidate of candidates) {
    const name = ignoreCase ? candidate.toLowerCase() : candidate;
    if (name === sought) return undefined;
    if (Math.abs(name.length - sought.length) >= TOO_FAR) continue;
    const distance = editDistance(sought, name);
    if (distance < (best?.distance ?? TOO_FAR)) best = { name, distance };
  }
  if (best === undefined || !ignoreCase) return best?.name;
  return word === word.toUpperCase() ? best.name.toUpperCase() : best.name;
}
