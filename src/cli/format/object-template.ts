import { CliError } from '../errors.ts';
import { EvaluateError } from './template/evaluate.ts';
import { Template } from './template/template.ts';
import { TemplateError } from './template/template-error.ts';
import { decode } from './typed/decode.ts';
import type { GoType } from './typed/go-type.ts';
import { readJson } from './typed/read-json.ts';

/** docker's exit code for a template that does not parse, where a single object is shown. */
const WRONG_TEMPLATE = 64;

/** A template for whole objects; `name` is what error messages call it. */
export function parseObjectTemplate(format: string, name = ''): Template {
  try {
    return new Template(format, name);
  } catch (error) {
    if (!(error instanceof TemplateError)) throw error;
    throw new CliError(`template parsing error: ${error.message}`, WRONG_TEMPLATE, { cause: error });
  }
}

/**
 * Renders an object of the API: with the type that docker's client knows, and where that fails (a name only the JSON
 * has, say) with the plain JSON, in which a missing key is an error.
 */
export function renderObject(template: Template, text: string, type: GoType | undefined): string {
  const raw = readJson(text);
  if (type !== undefined) {
    try {
      return template.render(decode(type, raw));
    } catch (error) {
      if (!(error instanceof TemplateError)) throw error;
    }
  }
  try {
    return template.render(raw, { missingKeyIsError: true });
  } catch (error) {
    if (!(error instanceof TemplateError)) throw error;
    throw new CliError(`template parsing error: ${error.message}`, 1, { cause: error });
  }
}

/**
 * Renders an object that only exists typed. What was printed before a failure stays printed, with the line's end, and
 * the failure follows.
 */
export async function renderTyped(
  template: Template,
  text: string,
  type: GoType,
  out: { write(text: string): Promise<void> },
): Promise<void> {
  try {
    await out.write(`${template.render(decode(type, readJson(text)))}\n`);
  } catch (error) {
    if (!(error instanceof EvaluateError)) throw error;
    await out.write(`${error.partialOutput}\n`);
    throw new CliError(error.message, 1, { cause: error });
  }
}
