/** How revisions are written, as Flux writes them: the ref, then the kind of id, then the id. */

/** `main@sha1:<commit>`; a commit that was named by its id stands alone: `sha1:<commit>`. */
export function revisionText(ref: string, commit: string): string {
  const id = `${commit.length === 64 ? 'sha256' : 'sha1'}:${commit}`;
  return ref === commit ? id : `${ref}@${id}`;
}

/** The commit's id in a revision; undefined when there is none in it. */
export function commitOf(revision: string | undefined): string | undefined {
  return /(?:^|[@:])([0-9a-f]{40}|[0-9a-f]{64})$/.exec(revision ?? '')?.[1];
}
