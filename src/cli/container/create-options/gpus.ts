import { parseCsvRecord } from '../../../lib/csv-record.ts';
import { parseDecimalInteger } from '../../../lib/go-numbers.ts';
import type { DeviceRequest } from './device.ts';

/** `all`, a count, or fields (`device=0,driver=nvidia`). */
export function parseGpus(text: string): DeviceRequest {
  let driver = '';
  let count = 0;
  let ids: string[] | null = null;
  let capabilities: string[] = [];
  const options: Record<string, string> = {};
  let counted = false;
  for (const field of parseCsvRecord(text)) {
    const equals = field.indexOf('=');
    const key = equals < 0 ? 'count' : field.slice(0, equals);
    const value = equals < 0 ? field : field.slice(equals + 1);
    switch (key) {
      case 'driver':
        driver = value;
        break;
      case 'count':
        count = gpuCount(value);
        counted = true;
        break;
      case 'device':
        ids = value.split(',');
        break;
      case 'capabilities':
        capabilities = [...value.split(','), 'gpu'];
        break;
      case 'options':
        for (const option of parseCsvRecord(value)) options[option.split('=')[0] ?? ''] = option.split('=')[1] ?? '';
        break;
      default:
        throw new Error(`unexpected key '${key}' in '${field}'`);
    }
  }
  if (!counted && ids === null) count = 1;
  if (capabilities.length === 0) capabilities = ['gpu'];
  return { Driver: driver, Count: count, DeviceIDs: ids, Capabilities: [capabilities], Options: options };
}

function gpuCount(text: string): number {
  if (text === 'all') return -1;
  try {
    return parseDecimalInteger(text, 'Atoi');
  } catch (error) {
    throw new Error(`invalid count (${text}): value must be either "all" or an integer`, { cause: error });
  }
}
