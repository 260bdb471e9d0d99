/** Where containers look for names; Docker's address. */
export const RESOLVER_ADDRESS = '127.0.0.11';
