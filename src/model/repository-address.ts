/** Secrets in the addresses of repositories: what is in a Sync is seen by everybody who may look at the state. Pure. */

const scheme = /^([A-Za-z][A-Za-z0-9+.-]*):\/\//;
/** Beginnings by which the large hosts' tokens are known, and what nobody is called. */
const token =
  /^(gh[opusr]_|github_pat_|glpat-|gldt-|glrt-|x-token-|xox|ATBB|ATATT|oauth2$)|[A-Za-z0-9_-]{24,}/i;

/** What an address gives away, in words; undefined when it is none of these. */
export function secretIn(address: string): string | undefined {
  if (!scheme.test(address)) return secretInShort(address);
  const [, protocol = ''] = scheme.exec(address) ?? [];
  const [authority = ''] = address.slice(protocol.length + 3).split(/[/?#\\]/);
  const at = authority.lastIndexOf('@');
  const user = at < 0 ? undefined : decoded(authority.slice(0, at));
  if (user?.includes(':')) return 'a password';
  // ssh needs a user, who proves with a key who it is; for the others it is a token or of no use.
  if (user !== undefined && (protocol.toLowerCase() !== 'ssh' || token.test(user))) {
    return protocol.toLowerCase() === 'ssh' ? 'a token' : 'a user or a token';
  }
  if (/[?#]/.test(address) && protocol.toLowerCase() !== 'file')
    return 'a query, in which tokens are handed over';
  return undefined;
}

/** `user@host:path`; a path of this computer may hold anything. */
function secretInShort(address: string): string | undefined {
  if (/^[/\\]|^[A-Za-z]:[/\\]/.test(address)) return undefined;
  const [before = ''] = address.split('/');
  const at = before.lastIndexOf('@');
  const user = at < 0 ? '' : before.slice(0, at);
  if (user.includes(':')) return 'a password';
  return token.test(user) ? 'a token' : undefined;
}

/** The address as it may be shown, whatever it holds. */
export function shownAddress(address: string): string {
  if (secretIn(address) === undefined) return address;
  const [, protocol] = scheme.exec(address) ?? [];
  const rest = protocol === undefined ? address : address.slice(protocol.length + 3);
  const bare = rest.replace(/[?#].*$/s, (query) => `${query.charAt(0)}***`).replace(/^[^/]*@/, '***@');
  return protocol === undefined ? bare : `${protocol}://${bare}`;
}

function decoded(text: string): string {
  try {
    return decodeURIComponent(text);
  } catch {
    return text;
  }
}
