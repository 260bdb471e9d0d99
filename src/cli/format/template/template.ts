import { builtins } from './builtins.ts';
import { dockerFunctions, headerFunctions } from './docker-functions.ts';
import { evaluate } from './evaluate.ts';
import type { FunctionTable } from './functions.ts';
import { type ParsedTemplate, parseTemplate } from './parser.ts';
import type { GoValue } from './values.ts';

const allFunctions: FunctionTable = { ...builtins, ...dockerFunctions };
const allHeaderFunctions: FunctionTable = { ...builtins, ...headerFunctions };
const functionNames: ReadonlySet<string> = new Set(Object.keys(allFunctions));

export interface RenderOptions {
  readonly missingKeyIsError?: boolean;
  /** Render a table's heading, in which functions leave names as they are. */
  readonly asHeader?: boolean;
}

/** A parsed Go template with docker's functions. Both steps throw TemplateError, in Go's words. */
export class Template {
  readonly #name: string;
  readonly #source: string;
  readonly #parsed: ParsedTemplate;

  constructor(source: string, name = '') {
    this.#name = name;
    this.#source = source;
    this.#parsed = parseTemplate(name, source, functionNames);
  }

  render(data: GoValue, options: RenderOptions = {}): string {
    return evaluate(this.#parsed.statements, data, {
      definitions: this.#parsed.definitions,
      name: this.#name,
      source: this.#source,
      functions: options.asHeader === true ? allHeaderFunctions : allFunctions,
      missingKeyIsError: options.missingKeyIsError ?? false,
    });
  }
}
