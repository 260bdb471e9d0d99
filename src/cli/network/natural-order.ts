/** Orders names with the numbers in them counted: `net2` before `net10`. */
export function compareNatural(left: string, right: string): number {
  const leftParts = left.match(/\d+|\D+/g) ?? [];
  const rightParts = right.match(/\d+|\D+/g) ?? [];
  for (const [index, part] of leftParts.entries()) {
    const other = rightParts[index];
    if (other === undefined) return 1;
    if (part === other) continue;
    const bothNumbers = /^\d/.test(part) && /^\d/.test(other);
    if (bothNumbers && Number(part) !== Number(other)) return Number(part) - Number(other);
    return part < other ? -1 : 1;
  }
  return leftParts.length - rightParts.length;
}
