export interface WeightDevice {
  readonly Path: string;
  readonly Weight: number;
}

export interface ThrottleDevice {
  readonly Path: string;
  readonly Rate: number;
}

/** `/dev/…:weight`, from 10 to 1000, or 0. */
export function parseWeightDevice(text: string): WeightDevice {
  const [path, value] = splitDevice(text);
  const weight = Number(value);
  const valid = /^[0-9]+$/.test(value) && (weight === 0 || (weight >= 10 && weight <= 1000));
  if (!valid) throw new Error(`invalid weight for device: ${text}`);
  return { Path: path, Weight: weight };
}

/** `/dev/…:rate`, with a unit where bytes are counted. */
export function parseThrottleDevice(
  text: string,
  unit: 'bytes' | 'operations',
  parseRate: (text: string) => number,
): ThrottleDevice {
  const [path, value] = splitDevice(text);
  try {
    return { Path: path, Rate: parseRate(value) };
  } catch (error) {
    const [format, hint] =
      unit === 'bytes' ? ['<number>[<unit>]', '. Unit is optional and can be kb, mb, or gb'] : ['<number>', ''];
    throw new Error(
      `invalid rate for device: ${text}. The correct format is <device-path>:${format}. Number must be a positive integer${hint}`,
      { cause: error },
    );
  }
}

function splitDevice(text: string): [string, string] {
  const colon = text.indexOf(':');
  const path = text.slice(0, Math.max(colon, 0));
  if (colon < 0 || path === '') throw new Error(`bad format: ${text}`);
  if (!path.startsWith('/dev/')) throw new Error(`bad format for device path: ${text}`);
  return [path, text.slice(colon + 1)];
}
