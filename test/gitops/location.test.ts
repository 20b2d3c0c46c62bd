import { describe, expect, test } from 'vitest';
import { checkedPath, checkedRepo, parseRef } from '../../src/gitops/location.ts';

describe('repositories', () => {
  test.each([
    ['https', 'https://git.example/team/world.git'],
    ['ssh', 'ssh://git@git.example:2222/world.git'],
    ['ssh in short', 'git@git.example:team/world.git'],
    ['git', 'git://127.0.0.1:9418/world'],
    ['file', 'file:///srv/git/world.git'],
    ['path', '/srv/git/world.git'],
  ])('taken · %s', (_name, repo) => {
    expect(checkedRepo(repo)).toBe(repo);
  });

  test.each([
    ['a shell by a transport helper', 'ext::sh -c touch% /tmp/owned', /transport of git's own/],
    ['a file descriptor', 'fd::3', /transport of git's own/],
    ['plain http', 'http://git.example/world', /protocol http:\/\/ is not allowed/],
    ['another helper in a URL', 'ext://sh', /protocol ext:\/\/ is not allowed/],
    ['an option', '--upload-pack=touch /tmp/owned', /begins with "-"/],
    ['an option of ssh', 'ssh://-oProxyCommand=touch/x', /is no URL|hides an option/],
    ['a password', 'https://ada:secret@git.example/world', /holds a password/],
    // A token is handed over in the same place, and nobody can tell them apart.
    ['a user of https', 'https://ada@git.example/world', /holds a user or a token/],
    ['a token in a query', 'https://git.example/world?access_token=x', /holds a query/],
    ['a relative path', 'world', /neither a URL nor an absolute path/],
    ['a newline', '/srv/a\nb', /control characters/],
    ['nothing', '', /is empty/],
  ])('refused · %s', (_name, repo, why) => {
    expect(() => checkedRepo(repo)).toThrow(why);
  });

  test('a refused URL does not repeat its password', () => {
    for (const repo of ['https://ada:secret@git.example/world', 'secret:x@host:a', 'https://h/a?t=secret']) {
      expect(() => checkedRepo(repo)).toThrow(
        expect.not.objectContaining({ message: expect.stringContaining('secret') as string }),
      );
    }
  });
});

describe('refs', () => {
  test.each([
    ['main', { type: 'short', name: 'main' }],
    ['release/1.2', { type: 'short', name: 'release/1.2' }],
    ['refs/tags/v1', { type: 'full', name: 'refs/tags/v1' }],
    ['HEAD', { type: 'full', name: 'HEAD' }],
    ['a'.repeat(40), { type: 'commit', id: 'a'.repeat(40) }],
  ])('taken · %s', (text, ref) => {
    expect(parseRef(text)).toEqual(ref);
  });

  test.each([
    '-x',
    '--upload-pack=x',
    'a..b',
    'a~1',
    'a^',
    'a:b',
    '@{-1}',
    'a b',
    '',
    'a.lock',
    '/a',
    '*',
    '@',
  ])('refused · %s', (text) => {
    expect(() => parseRef(text)).toThrow();
  });
});

describe('paths', () => {
  test.each([
    ['', ''],
    ['.', ''],
    ['./clusters/prod/', 'clusters/prod'],
    ['a//b', 'a/b'],
  ])('taken · "%s"', (path, normal) => {
    expect(checkedPath(path)).toBe(normal);
  });

  test.each(['..', 'a/../../b', '/etc', '-x', 'a/.git/hooks', 'a\nb'])('refused · "%s"', (path) => {
    expect(() => checkedPath(path)).toThrow();
  });
});
