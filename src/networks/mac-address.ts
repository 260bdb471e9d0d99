import { invalidArgument } from '../errors/engine-error.ts';

const FORMS = /^([0-9a-f]{2}([:-])[0-9a-f]{2}(\2[0-9a-f]{2}){4}|[0-9a-f]{4}(\.[0-9a-f]{4}){2})$/i;

/**
 * A MAC address as the kernel writes it, from any of the forms that Docker takes: with colons, hyphens, or as three
 * numbers with dots. @throws invalid_argument
 */
export function parseMac(text: string): string {
  if (!FORMS.test(text)) throw invalidArgument(`invalid MAC address ${text}`);
  const digits = text.toLowerCase().replace(/[^0-9a-f]/g, '');
  return (digits.match(/../g) ?? []).join(':');
}
