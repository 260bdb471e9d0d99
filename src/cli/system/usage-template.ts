import { CliError } from '../errors.ts';
import type { ListKind } from '../format/list-kind.ts';
import { parseListTemplate, rowObject } from '../format/list-template.ts';
import { EvaluateError } from '../format/template/evaluate.ts';
import { GoList, GoStruct } from '../format/template/values.ts';
import { detailKinds, type UsageSections } from './usage-details.ts';

/** All sections as one object for a template: `{{range .Images}}…`. docker ends it without a new line. */
export async function showDetailsByTemplate(
  sections: UsageSections,
  format: string,
  out: { write(text: string): Promise<void> },
): Promise<void> {
  const list = <Row>(kind: ListKind<Row>, rows: readonly Row[]) => new GoList(rows.map((row) => rowObject(kind, row)));
  const fields = new Map([
    ['Images', list(detailKinds.images, sections.images)],
    ['Containers', list(detailKinds.containers, sections.containers)],
    ['Volumes', list(detailKinds.volumes, sections.volumes)],
    ['BuildCache', list(detailKinds.buildCache, sections.buildCache)],
  ]);
  const data = new GoStruct('formatter.diskUsageContext', fields, { isPointer: true });
  const template = parseListTemplate(format === 'json' ? '{{json .}}' : format);
  try {
    await out.write(template.render(data));
  } catch (error) {
    if (!(error instanceof EvaluateError)) throw error;
    await out.write(error.partialOutput);
    throw new CliError(error.message, 1, { cause: error });
  }
}
