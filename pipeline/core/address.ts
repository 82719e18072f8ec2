// How addresses are shown: never with what opens them.

/** An address may carry a user and a password, up to the last @: a password may hold a slash. */
export function withoutCredentials(address: string): string {
  return address.replace(/\/\/.*@/s, '//');
}
