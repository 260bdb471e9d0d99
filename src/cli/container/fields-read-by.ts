import type { ContainerSummary } from '../../client/container-list.ts';
import { CliError } from '../errors.ts';
import type { ListKind } from '../format/list-kind.ts';
import { rowObject } from '../format/list-template.ts';
import { Template } from '../format/template/template.ts';
import { TemplateError } from '../format/template/template-error.ts';

const emptyContainer: ContainerSummary = {
  Id: '',
  Names: [],
  Image: '',
  ImageID: '',
  Command: '',
  Created: 0,
  Ports: [],
  Labels: {},
  State: '',
  Status: '',
  Mounts: [],
};

/** Tries a template on an empty container, before anything is asked of the daemon: what it reads decides what to ask. */
export function fieldsReadBy(kind: ListKind<ContainerSummary>, format: string): ReadonlySet<string> {
  const used = new Set<string>();
  const template = attempt('failed to parse template', () => new Template(format));
  const row = rowObject(kind, emptyContainer, (field) => used.add(field));
  attempt('failed to execute template', () => template.render(row));
  return used;
}

function attempt<T>(complaint: string, action: () => T): T {
  try {
    return action();
  } catch (error) {
    if (!(error instanceof TemplateError)) throw error;
    throw new CliError(`${complaint}: ${error.message}`, 1, { cause: error });
  }
}
