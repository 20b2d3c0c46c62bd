import { type KnipConfig } from 'knip';

/**
 * Finds what nobody uses: run in production mode, in which a use by a test does not count. Code that only a test
 * keeps alive is dead.
 */
const config: KnipConfig = {
  entry: [
    'src/cli/{help,not-found}.ts!',
    'src/commands/*.ts!',
    'src/report/client/*.ts!',
    'src/build/*.mjs!',
    'bin/*.js!',
  ],
  project: ['src/**/*.{ts,mjs}!', '!src/**/generated/**!'],
  ignoreExportsUsedInFile: true,
  // Programs of the user's machine, asked for signatures; and one that a test makes pipes with.
  ignoreBinaries: ['gpg', 'gpgconf', 'mkfifo', 'ssh-keygen'],
};

export default config;
