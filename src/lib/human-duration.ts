const MINUTE = 60;
const HOUR = 60 * MINUTE;
const DAY_HOURS = 24;

/** A span of time in the words of Docker: `Less than a second`, `About a minute`, `3 weeks`. */
export function humanDuration(seconds: number): string {
  const whole = Math.trunc(seconds);
  if (whole < 1) return 'Less than a second';
  if (whole === 1) return '1 second';
  if (whole < MINUTE) return `${whole} seconds`;
  const minutes = Math.trunc(whole / MINUTE);
  if (minutes === 1) return 'About a minute';
  if (minutes < 60) return `${minutes} minutes`;
  const hours = Math.round(seconds / HOUR);
  if (hours === 1) return 'About an hour';
  if (hours < 2 * DAY_HOURS) return `${hours} hours`;
  const days = Math.trunc(hours / DAY_HOURS);
  if (days < 2 * 7) return `${days} days`;
  if (days < 2 * 30) return `${Math.trunc(days / 7)} weeks`;
  if (days < 2 * 365) return `${Math.trunc(days / 30)} months`;
  return `${Math.trunc(days / 365)} years`;
}
