/** A template that does not parse, or fails on its data; the message is worded as Go's text/template words it. */
export class TemplateError extends Error {
  override readonly name = 'TemplateError';
}
