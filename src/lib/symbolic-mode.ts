const CLAUSE = /^([ugoa]*)((?:[-+=](?:[rwxXst]*|[ugo]))+)$/;
const ALL = 'ugo';
const SHIFTS: Readonly<Record<string, number>> = { u: 6, g: 3, o: 0 };
const BITS: Readonly<Record<string, number>> = { r: 4, w: 2, x: 1 };
const [SET_UID, SET_GID, STICKY] = [0o4000, 0o2000, 0o1000];

/** Whether a text is a change of permissions as chmod(1) takes it: `u+x,go=rX`. */
export function isSymbolicMode(text: string): boolean {
  return text.split(',').every((clause) => CLAUSE.test(clause));
}

/** What such a change makes of a file's permission bits. Whom it leaves open are all, whatever the umask. */
export function applySymbolicMode(text: string, mode: number, isDirectory: boolean): number {
  return text.split(',').reduce((current, clause) => {
    const [, who = '', actions = ''] = CLAUSE.exec(clause) ?? [];
    const whose = who === '' || who.includes('a') ? ALL : who;
    return [...actions.matchAll(/([-+=])([ugo](?![rwxXst])|[rwxXst]*)/g)].reduce(
      (now, [, operator = '', permissions = '']) => change(now, { whose, operator, permissions, isDirectory }),
      current,
    );
  }, mode);
}

function change(
  mode: number,
  action: {
    readonly whose: string;
    readonly operator: string;
    readonly permissions: string;
    readonly isDirectory: boolean;
  },
): number {
  const { whose, operator, permissions, isDirectory } = action;
  let set = 0;
  let mask = 0;
  for (const one of whose) {
    const shift = SHIFTS[one] ?? 0;
    mask |= 7 << shift;
    set |= bitsFor(permissions, mode, isDirectory) << shift;
    if (one === 'u') {
      mask |= isDirectory ? 0 : SET_UID;
      if (permissions.includes('s')) set |= SET_UID;
    }
    if (one === 'g') {
      mask |= isDirectory ? 0 : SET_GID;
      if (permissions.includes('s')) set |= SET_GID;
    }
  }
  if (permissions.includes('t') && whose === ALL) set |= STICKY;
  if (operator === '+') return mode | set;
  return operator === '-' ? mode & ~set : (mode & ~mask) | set;
}

function bitsFor(permissions: string, mode: number, isDirectory: boolean): number {
  const copied = SHIFTS[permissions];
  if (copied !== undefined) return (mode >> copied) & 7;
  const isExecutable = isDirectory || (mode & 0o111) !== 0;
  return permissions
    .split('')
    .reduce((bits, one) => bits | (one === 'X' ? (isExecutable ? 1 : 0) : (BITS[one] ?? 0)), 0);
}
