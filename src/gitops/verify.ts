/** Signatures of commits, against a keyring that somebody chose: OpenPGP keys or ssh's allowed signers. */
import { execFile } from 'node:child_process';
import { mkdtempSync, readFileSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { type Git, reasonOf } from './git.ts';
import { SourceError } from './source-error.ts';

/** Who signed a commit, as the signature tells: a fingerprint and, where known, a name. */
export interface Signature {
  readonly signer: string;
}

/**
 * Resolves when somebody of the keyring has signed the commit, and nobody took the key back since.
 *
 * @throws SourceError VerificationFailed: not signed, by somebody else, or there is no program to tell.
 */
export async function verifyCommit(
  git: Git,
  dir: string,
  commit: string,
  keyring: string,
): Promise<Signature> {
  const home = mkdtempSync(join(tmpdir(), 'vctl-keys-'));
  try {
    const format = formatOf(keyring);
    if (format === 'openpgp') await importKeys(home, keyring);
    // The other format's program is taken away, so that no signature is judged by keys that nobody chose.
    const config =
      format === 'openpgp'
        ? ['gpg.format=openpgp', 'gpg.ssh.program=false', 'gpg.x509.program=false']
        : [
            ...['gpg.format=ssh', `gpg.ssh.allowedSignersFile=${keyring}`],
            ...['gpg.program=false', 'gpg.x509.program=false'],
          ];
    const result = await git.run(['verify-commit', '--raw', commit], {
      dir,
      config,
      env: { GNUPGHOME: home },
    });
    const signer = signerIn(result.stderr);
    if (result.code === 0 && signer !== undefined) return { signer };
    throw failed(
      `commit ${commit.slice(0, 12)} is not signed by a key of ${keyring}: ${whyNot(result.stderr, reasonOf(result))}`,
    );
  } finally {
    rmSync(home, { recursive: true, force: true });
  }
}

function formatOf(keyring: string): 'openpgp' | 'ssh' {
  let bytes: Buffer;
  try {
    bytes = readFileSync(keyring);
  } catch (cause) {
    throw failed(`the keyring ${keyring} cannot be read: ${(cause as Error).message}`);
  }
  if (bytes.includes('-----BEGIN PGP PUBLIC KEY BLOCK-----')) return 'openpgp';
  // A binary packet of OpenPGP begins with its highest bit set; allowed signers are text.
  return (bytes[0] ?? 0) >= 0x80 ? 'openpgp' : 'ssh';
}

function importKeys(home: string, keyring: string): Promise<void> {
  const args = ['--batch', '--quiet', '--no-autostart', '--homedir', home, '--import', '--', keyring];
  return new Promise((resolve, reject) => {
    execFile('gpg', args, { shell: false }, (error, _stdout, stderr) => {
      if (!error) return resolve();
      const isMissing = error.code === ('ENOENT' as unknown);
      reject(
        failed(
          isMissing
            ? 'signatures of OpenPGP need the program gpg, which was not found'
            : `the keys of ${keyring} cannot be imported: ${stderr.trim().split('\n')[0] ?? ''}`,
        ),
      );
    });
  });
}

/** From the status lines of gpg, or the sentence of ssh-keygen. */
function signerIn(text: string): string | undefined {
  const pgp = /^\[GNUPG:\] VALIDSIG (\w+)/m.exec(text)?.[1];
  if (pgp !== undefined) return pgp;
  const ssh = /^Good "git" signature for (\S+) with \S+ key (\S+)/m.exec(text);
  return ssh ? `${ssh[1] ?? ''} (${ssh[2] ?? ''})` : undefined;
}

function whyNot(text: string, reason: string): string {
  if (text.trim() === '') return 'it is not signed';
  if (/ssh-keygen.*(?:not found|No such file)|cannot run ssh-keygen/.test(text)) {
    return 'signatures of ssh need the program ssh-keygen, which was not found';
  }
  if (/NO_PUBKEY/.test(text)) return 'its key is not in the keyring';
  if (/EXPKEYSIG|EXPSIG|REVKEYSIG/.test(text)) return 'its key is expired or was taken back';
  if (/BADSIG/.test(text)) return 'the signature does not fit the commit';
  if (/No principal matched|unable to (?:sign|verify)|cannot run false|exited/.test(text)) {
    return 'its signer is not in the keyring';
  }
  return reason;
}

function failed(message: string): SourceError {
  return new SourceError('VerificationFailed', message);
}
