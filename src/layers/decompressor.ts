/** How much of its beginning tells which program a stream needs. */
export const MAGIC_BYTES = 6;

/** Compressions that only programs of the host's know, by the first bytes. */
const PROGRAMS: readonly (readonly [magic: string, program: string])[] = [
  ['425a68', 'bzip2'],
  ['fd377a585a00', 'xz'],
];

/** The program that unpacks (`-dc`) what begins like this, if one is needed. */
export function decompressorOf(start: Uint8Array): string | undefined {
  const magic = Buffer.from(start.subarray(0, MAGIC_BYTES)).toString('hex');
  return PROGRAMS.find(([known]) => magic.startsWith(known))?.[1];
}
