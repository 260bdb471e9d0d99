import { CliError } from '../errors.ts';
import { Template } from '../format/template/template.ts';
import { TemplateError } from '../format/template/template-error.ts';
import { decode } from '../format/typed/decode.ts';
import { declareTypes, type GoType } from '../format/typed/go-type.ts';
import { readJson } from '../format/typed/read-json.ts';

const WRONG_TEMPLATE = 64;

const types = declareTypes(`
Actor struct events.Actor
  ID string
  Attributes map[string]string
Message struct events.Message
  Status string status ?
  ID string id ?
  From string from ?
  Type string
  Action string
  Actor Actor
  Scope string scope ?
  Time int time ?
  TimeNano int timeNano ?
`);
const eventType: GoType = { kind: 'pointer', element: types.get('Message') ?? { kind: 'any' } };

/** Tries the template on an empty event at once, so that a mistake is not found only when something happens. */
export function eventTemplate(format: string): (json: string) => string {
  const render = attempt(() => {
    const template = new Template(format === 'json' ? '{{json .}}' : format);
    const show = (json: string) => template.render(decode(eventType, readJson(json)));
    show('{}');
    return show;
  });
  return (json) => attempt(() => render(json));
}

function attempt<T>(action: () => T): T {
  try {
    return action();
  } catch (error) {
    if (!(error instanceof TemplateError)) throw error;
    throw new CliError(`Error parsing format: ${error.message}`, WRONG_TEMPLATE, { cause: error });
  }
}
