import { randomInt } from 'node:crypto';
import { ADJECTIVES, SURNAMES } from './name-words.ts';

const ATTEMPTS = 6;

function pick(words: readonly string[]): string {
  return words[randomInt(words.length)] ?? '';
}

/** A free name of the shape `adjective_surname`, with a digit once several were taken, and `undefined` after all tries. */
export function generateName(isTaken: (name: string) => boolean): string | undefined {
  for (let attempt = 0; attempt < ATTEMPTS; attempt++) {
    const name = `${pick(ADJECTIVES)}_${pick(SURNAMES)}${attempt === 0 ? '' : randomInt(10)}`;
    if (!isTaken(name)) return name;
  }
  return undefined;
}
