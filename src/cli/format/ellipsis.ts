/** At most `width` columns of text, the last of them an ellipsis when something was cut off. Wide characters take two. */
export function ellipsis(text: string, width: number): string {
  if (width <= 0) return '';
  const characters = Array.from(text);
  if (width === 1) return characters[0] ?? '';
  let total = 0;
  let fits = 0;
  for (const character of characters) {
    total += displayWidth(character);
    if (total <= width - 1) fits++;
  }
  return total <= width ? text : `${characters.slice(0, fits).join('')}…`;
}

const wide =
  /[\u1100-\u115f\u2e80-\u303e\u3041-\ua4cf\uac00-\ud7a3\uf900-\ufaff\ufe30-\ufe6f\uff00-\uff60\uffe0-\uffe6]/;

function displayWidth(character: string): number {
  if (character < '\u0080') return 1;
  return wide.test(character) ? 2 : 1;
}
