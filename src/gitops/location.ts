/** What may be named as a repository, a ref and a path. Pure: everything that reaches git passes here first. */
import { isAbsolute } from 'node:path';
import { secretIn } from '../model/repository-address.ts';
import { SourceError } from './source-error.ts';

/** The protocols that git may speak, also after a redirect. */
export const protocols: readonly string[] = ['file', 'git', 'https', 'ssh'];

/** `user@host:path` or `host:path`, as ssh knows it; a Windows drive is none. */
const shortSsh = /^(?:[A-Za-z0-9_.][A-Za-z0-9_.-]*@)?[A-Za-z0-9_.[][A-Za-z0-9_.:[\]-]*:(?!\/\/)[^:]/;
const scheme = /^([A-Za-z][A-Za-z0-9+.-]*):\/\//;

/**
 * The address as git takes it: a URL of an allowed protocol, `user@host:path`, or an absolute path of a bare
 * repository or a work tree.
 *
 * @throws SourceError for anything else: other transports (`ext::…`), options in disguise (`-…`), passwords.
 */
export function checkedRepo(repo: string): string {
  refuseSecret(repo);
  refuseOdd('repository', repo);
  const given = scheme.exec(repo)?.[1]?.toLowerCase();
  if (given === undefined && repo.includes('::')) {
    throw refused(`the repository "${repo}" names a transport of git's own, which could run any program`);
  }
  if (given !== undefined) return checkedUrl(repo, given);
  if (isAbsolute(repo) || shortSsh.test(repo)) return repo;
  throw refused(`the repository "${repo}" is neither a URL nor an absolute path`, [
    'write https://host/path, ssh://host/path, git@host:path or /path/of/a/repository',
  ]);
}

function checkedUrl(repo: string, protocol: string): string {
  if (!protocols.includes(protocol)) {
    throw refused(`the protocol ${protocol}:// is not allowed`, [`use one of ${protocols.join(', ')}`]);
  }
  let url: URL;
  try {
    url = new URL(repo);
  } catch {
    throw refused(`the repository "${repo}" is no URL`);
  }
  if (url.hostname.startsWith('-') || url.username.startsWith('-')) {
    throw refused(`the repository "${repo}" hides an option of ssh in its host`);
  }
  if (protocol !== 'file' && url.hostname === '') throw refused(`the repository "${repo}" names no host`);
  return repo;
}

/** What a ref says: a commit that never moves, a full ref name, or the short name of a branch or a tag. */
export type Ref =
  | { readonly type: 'commit'; readonly id: string }
  | { readonly type: 'full'; readonly name: string }
  | { readonly type: 'short'; readonly name: string };

/** @throws SourceError for what is no ref name by git's own rules, and for what git could take as something else. */
export function parseRef(text: string): Ref {
  if (/^(?:[0-9a-f]{40}|[0-9a-f]{64})$/.test(text)) return { type: 'commit', id: text };
  refuseOdd('ref', text);
  const isWrong =
    // git check-ref-format; and `^`, `~`, `:`, `@{`, which would be expressions.
    /[ ~^:?*[\\]|\.\.|@\{|\/\/|\/$|^\/|\.$|(?:^|\/)\.|\.lock(?:\/|$)/.test(text) || text === '@';
  if (isWrong) {
    throw refused(`"${text}" is no name of a branch or a tag, and no full commit id`, [
      'write main, v1.2.3, refs/heads/main or 40 hexadecimal digits',
    ]);
  }
  return text.startsWith('refs/') || text === 'HEAD'
    ? { type: 'full', name: text }
    : { type: 'short', name: text };
}

/** A folder within the repository, without `./` and slashes at the ends; '' is the root. @throws SourceError */
export function checkedPath(path: string): string {
  refuseOdd('path', path, true);
  if (path.startsWith('/')) throw refused(`the path "${path}" must be relative to the repository's root`);
  const parts = path.split('/').filter((part) => part !== '' && part !== '.');
  if (parts.includes('..')) throw refused(`the path "${path}" leads out of the repository`);
  if (parts.some((part) => part.toLowerCase() === '.git')) {
    throw refused(`the path "${path}" leads into git's own folder`);
  }
  return parts.join('/');
}

/** The address itself is not repeated: it would be in the log of whoever runs this. */
function refuseSecret(repo: string): void {
  const secret = secretIn(repo);
  if (secret === undefined) return;
  throw refused(
    `the address of the repository holds ${secret}, which everybody who reads the Sync would see`,
    ['write the address alone, and keep user and token in ~/.netrc; or use ssh with a key'],
  );
}

function refuseOdd(what: string, text: string, mayBeEmpty = false): void {
  if (text === '' && !mayBeEmpty) throw refused(`the ${what} is empty`);
  if (text.startsWith('-')) throw refused(`the ${what} "${text}" begins with "-", as an option of git would`);

  if (/[\u0000-\u001f\u007f]/.test(text)) throw refused(`the ${what} holds control characters`);
}

function refused(message: string, nextSteps: readonly string[] = []): SourceError {
  return new SourceError('SourceRefused', message, { nextSteps });
}
