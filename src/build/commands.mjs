import { readdirSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { Plugin } from '@oclif/core';

const root = join(import.meta.dirname, '..', '..');

/** The files of src/commands: each is a command of its name. */
export function commandFiles() {
  return readdirSync(join(root, 'src', 'commands'))
    .filter((file) => file.endsWith('.ts'))
    .sort();
}

/** Writes oclif.manifest.json from the built commands, so that no run has to load them all to know one. */
export async function writeManifest() {
  const plugin = new Plugin({ root, type: 'core', ignoreManifest: true, errorOnManifestCreate: true });
  await plugin.load();
  writeFileSync(join(root, 'oclif.manifest.json'), JSON.stringify(plugin.manifest));
}
