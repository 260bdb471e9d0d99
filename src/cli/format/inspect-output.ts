import { CliError, describe } from '../errors.ts';
import { compactJson, indentJson } from './json-text.ts';
import type { GoType } from './typed/go-type.ts';

/** One object that was found: the daemon's answer as it came. */
export interface Inspected {
  readonly text: string;
  /** The Go type that docker's client knows it by; without it templates see plain JSON. */
  readonly loadType: () => Promise<GoType | undefined>;
}

/** Shows the objects that were found, whatever happened to others. */
export interface InspectOutput {
  /** @throws Error with docker's words when the template does not suit the object */
  add(object: Inspected): Promise<void>;
  /** Everything that was added, in order. */
  finish(): string;
}

/** `''` is indented JSON, `json` one line of it, anything else a template. */
export async function inspectOutput(format: string): Promise<InspectOutput> {
  if (format === '' || format === 'json') return jsonOutput(format === '' ? indentJson : compactJson);
  const { parseObjectTemplate, renderObject } = await import('./object-template.ts');
  const template = parseObjectTemplate(format);
  let out = '';
  return {
    async add(object) {
      out += `${renderObject(template, object.text, await object.loadType())}\n`;
    },
    finish: () => (out === '' ? '\n' : out),
  };
}

function jsonOutput(write: (text: string) => string): InspectOutput {
  const texts: string[] = [];
  return {
    add: (object) => {
      texts.push(object.text);
      return Promise.resolve();
    },
    finish: () => (texts.length === 0 ? '[]\n' : `${write(`[${texts.join(',')}]`)}\n`),
  };
}

/** Inspects every reference and reports what failed after what was found. The exit code is 1 when anything failed. */
export async function inspectAll(
  references: readonly string[],
  format: string,
  find: (reference: string) => Promise<Inspected>,
  io: { write(text: string): Promise<void> },
): Promise<void> {
  const output = await inspectOutput(format);
  const failures: string[] = [];
  for (const reference of references) {
    try {
      await output.add(await find(reference));
    } catch (error) {
      failures.push(describe(error));
    }
  }
  await io.write(output.finish());
  if (failures.length > 0) throw new CliError(failures.join('\n'));
}
