/** What a client sends along to be let in by a registry; all fields may be empty. */
export interface Credentials {
  readonly username: string;
  readonly password: string;
  /** A refresh token that a login gave instead of keeping the password. */
  readonly identityToken: string;
  /** A token that is sent to the registry as it is. */
  readonly registryToken: string;
  readonly serverAddress: string;
}

export const NO_CREDENTIALS: Credentials = {
  username: '',
  password: '',
  identityToken: '',
  registryToken: '',
  serverAddress: '',
};
