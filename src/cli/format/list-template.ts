import { CliError } from '../errors.ts';
import type { ListKind } from './list-kind.ts';
import { alignColumns } from './tabwriter.ts';
import { EvaluateError } from './template/evaluate.ts';
import { Template } from './template/template.ts';
import { TemplateError } from './template/template-error.ts';
import { type GoMethod, GoNilPointer, GoObject } from './template/values.ts';

const tablePrefix = 'table';

/** Renders rows by `json`, `table TEMPLATE` or a template, one line for each row. */
export function formatByTemplate<Row>(kind: ListKind<Row>, rows: readonly Row[], format: string): string {
  const isTable = format.startsWith(tablePrefix);
  const source = unescaped(
    format === 'json' ? '{{json .}}' : isTable ? format.slice(tablePrefix.length).trim() : format.trim(),
  );
  const template = parseListTemplate(source);
  const body = rows.map((row) => `${render(template, rowObject(kind, row))}\n`).join('');
  return isTable ? alignColumns(`${heading(kind, template)}\n${body}`) : body;
}

/** `\t` and `\n` in a format stand for the characters; a shell's single quotes keep them apart. */
function unescaped(format: string): string {
  return format.replaceAll('\\t', '\t').replaceAll('\\n', '\n');
}

/** @throws CliError in docker's words for a list */
export function parseListTemplate(source: string): Template {
  return rethrowing(() => new Template(source));
}

function render(template: Template, row: GoObject): string {
  return rethrowing(() => template.render(row));
}

function rethrowing<T>(action: () => T): T {
  try {
    return action();
  } catch (error) {
    if (!(error instanceof TemplateError)) throw error;
    throw new CliError(`template parsing error: ${error.message}`, 1, { cause: error });
  }
}

/** What the heading cannot show is left out, together with everything after it. */
function heading<Row>(kind: ListKind<Row>, template: Template): string {
  try {
    return template.render(headerObject(kind), { asHeader: true });
  } catch (error) {
    if (!(error instanceof EvaluateError)) throw error;
    return error.partialOutput;
  }
}

/** A row as its template sees it. `onUse` is told of every field that the template reads. */
export function rowObject<Row>(kind: ListKind<Row>, row: Row, onUse?: (field: string) => void): GoObject {
  const methods: Record<string, GoMethod> = {};
  for (const [name, read] of Object.entries(kind.fields)) {
    methods[name] = {
      takes: 0,
      call: () => {
        onUse?.(name);
        return read(row) ?? new GoNilPointer('*interface {}');
      },
    };
  }
  const { labels } = kind;
  if (labels !== undefined) methods.Label = { takes: 1, call: (key) => labels(row)?.[key] ?? '' };
  return new GoObject(kind.typeName, methods);
}

function headerObject<Row>(kind: ListKind<Row>): GoObject {
  const methods: Record<string, GoMethod> = {};
  for (const [name, text] of Object.entries(kind.headers)) methods[name] = { takes: 0, call: () => text };
  methods.Label = { takes: 1, call: (key) => (key.split('.').at(-1) ?? '').replaceAll(/[-_]/g, ' ') };
  return new GoObject('formatter.SubHeaderContext', methods, true);
}
