/** What `label` and `annotate` are called with: they differ only in which map they change. */
import { Args, Flags } from '@oclif/core';
import { followFlags } from './act-command.ts';
import * as flags from './flags.ts';

export const metadataArgs = {
  object: Args.string({
    required: true,
    description: 'KIND/NAME…, KIND NAME… or KIND with -l or --all; and KEY=VALUE, or KEY- to remove it.',
  }),
};

export const metadataFlags = {
  overwrite: Flags.boolean({ summary: 'Give keys that are there another value.' }),
  selector: flags.selector,
  all: Flags.boolean({ summary: 'Every object of the kind.' }),
  namespace: flags.namespace,
  ...followFlags,
};
