/** JSON as both engines answer it, after everything that must differ from run to run has a name of its own. */
export type Json = null | boolean | number | string | Json[] | { [key: string]: Json };

const ZERO_TIME = '0001-01-01T00:00:00Z';

/** Numbers that depend on the clock, the host or the file system; all that matters is that they are numbers. */
const VARYING_NUMBERS = new Set([
  'Created',
  'CreatedAt',
  'DriverStatus',
  'Images',
  'IPPrefixLen',
  'Containers',
  'ContainersRunning',
  'ContainersStopped',
  'ContainersPaused',
  'LastTagTime',
  'MemTotal',
  'NCPU',
  'NEventsListener',
  'NFd',
  'NGoroutines',
  'Pid',
  'SharedSize',
  'Size',
  'SizeRootFs',
  'SizeRw',
  'SpaceReclaimed',
  'VirtualSize',
  'LayersSize',
  'time',
  'timeNano',
  'execDuration',
  'SystemTime',
]);

/** Replacements in strings, first match first: the pattern and what stands for it. */
const RULES: readonly (readonly [RegExp, string])[] = [
  // Docker 26 speaks up to 1.45, Skiff up to 1.50.
  [/\b1\.(45|50)\b/g, '<newest API version>'],
  [/\d{4}-\d\d-\d\dT\d\d:\d\d:\d\d(\.\d+)?(Z|[+-]\d\d:\d\d)/g, '<time>'],
  [/\b(runc|crun) create failed\b/g, '<runtime> create failed'],
  [/sha256:[0-9a-f]{64}/g, '<digest>'],
  [/\b[0-9a-f]{64}\b/g, '<id>'],
  [/\b[0-9a-f]{32}\b/g, '<hex32>'],
  [/\b[0-9a-f]{12}\b/g, '<short-id>'],
  [/\b([0-9a-f]{2}:){5}[0-9a-f]{2}\b/g, '<mac>'],
  [/\b(172|192|10)\.\d+\.\d+\.\d+(\/\d+)?/g, '<ip>'],
  [/(\/[\w.-]+)+\/containers\/(<[^/>]+>)\//g, '<data-root>/containers/$2/'],
  [/(\/[\w.-]+)+\/volumes\/([\w.<> -]+)\/_data/g, '<data-root>/volumes/$2/_data'],
  [/(\/[\w.-]+)*\/netns\/[\w<>-]+/g, '<netns>'],
  [/(\/[\w.-]+)+\/docker-import-\d+\//g, '<temporary>/'],
];

export class Normaliser {
  readonly #names: [string, string][] = [];

  /** From now on `value`, and its first twelve characters when it is an ID, stand as `<name>`. */
  learn(value: string, name: string): void {
    this.#names.push([value, `<${name}>`]);
    const hex = value.replace(/^sha256:/, '');
    if (/^[0-9a-f]{64}$/.test(hex)) this.#names.push([hex, `<${name}>`], [hex.slice(0, 12), `<${name} short>`]);
  }

  text(text: string): string {
    let result = text;
    for (const [value, name] of this.#names) result = result.replaceAll(value, name);
    for (const [pattern, name] of RULES)
      result = result.replace(pattern, (...found) =>
        found[0] === ZERO_TIME ? ZERO_TIME : name.replace('$2', String(found[2])),
      );
    return result;
  }

  json(value: unknown, key = ''): Json {
    if (value === null || typeof value === 'boolean') return value;
    if (typeof value === 'number') return VARYING_NUMBERS.has(key) && value !== 0 ? '<number>' : value;
    if (typeof value === 'string')
      return VARYING_NUMBERS.has(key) && /^\d+$/.test(value) ? '<number>' : this.text(value);
    if (Array.isArray(value)) return value.map((item) => this.json(item, key));
    const entries = Object.entries(value as object).map(([name, item]): [string, Json] => [
      this.text(name),
      this.json(item, name),
    ]);
    return Object.fromEntries(entries);
  }
}
