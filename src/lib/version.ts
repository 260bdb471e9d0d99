/** Skiff's own version, as `version` shows it. */
export const VERSION = '0.1.0';
