import type { ContainerConfig } from '../../api-types/container-config.ts';
import { invalidArgument } from '../../errors/engine-error.ts';

const SHORTEST_NS = 1_000_000;
const TIMES = ['Interval', 'Timeout', 'StartPeriod', 'StartInterval'] as const;

/** Zero and absent times are the image's, or the defaults. @throws invalid_argument with Docker's texts. */
export function checkHealthcheck({ Healthcheck: check }: ContainerConfig): void {
  if (check === undefined) return;
  for (const field of TIMES) {
    const time = check[field] ?? 0;
    if (time !== 0 && time < SHORTEST_NS) throw invalidArgument(`${field} in Healthcheck cannot be less than 1ms`);
    if (field === 'Timeout' && (check.Retries ?? 0) < 0) {
      throw invalidArgument('Retries in Healthcheck cannot be negative');
    }
  }
}
