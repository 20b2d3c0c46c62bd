/** Flags that several commands share: the same word means the same thing everywhere. */
import { Flags } from '@oclif/core';

const filenameFlag = {
  char: 'f',
  summary: 'File or folder of manifests, or - for standard input; may be given several times.',
  helpValue: 'PATH',
  multiple: true,
  multipleNonGreedy: true,
} as const;

export const filename = Flags.string({ ...filenameFlag, required: true });

/** For commands that manifests are one way among others to call. */
export const filenames = Flags.string(filenameFlag);

export const recursive = Flags.boolean({ char: 'R', summary: 'Take the files of subfolders too.' });

/** Of commands that apply, or show what an apply would do. */
export const applySet = {
  applyset: Flags.string({
    summary:
      'Name of the set that is applied (kept as an ApplySet); by default the paths and -n tell sets apart.',
    helpValue: 'NAME',
  }),
  'dangerous-prune': Flags.boolean({
    summary:
      "With --prune: delete more at once than the set's maxPrune allows, and what a missing -R leaves out.",
    dependsOn: ['prune'],
  }),
};

/** Of commands that read the files of a repository as its Sync would. */
export const asSync = {
  'set-var': Flags.string({
    summary: 'Put VALUE in the place of ${NAME} in the manifests; may be given several times.',
    helpValue: 'NAME=VALUE',
    multiple: true,
    multipleNonGreedy: true,
  }),
  'from-sync': Flags.string({
    summary:
      "Take the variables and exclusions from a Sync's manifest: the files are read as it would read them.",
    helpValue: 'FILE',
  }),
};

export const namespace = Flags.string({
  char: 'n',
  summary: 'Namespace of objects that name none.',
  helpValue: 'NAME',
  default: 'default',
});

export const allNamespaces = Flags.boolean({ char: 'A', summary: 'All namespaces.' });

export const selector = Flags.string({
  char: 'l',
  summary: 'Only objects with these labels: a=b,c!=d,e in (f,g),!h.',
  helpValue: 'SELECTOR',
});

export const output = Flags.string({
  char: 'o',
  summary: 'table, wide, json, yaml, name, jsonpath=TEMPLATE or custom-columns=SPEC.',
  helpValue: 'FORMAT',
  default: 'table',
});

export const wait = Flags.boolean({
  summary: 'Let the world follow until all has settled.',
  default: true,
  allowNo: true,
});

export const timeout = Flags.string({
  summary: 'World time to wait at most.',
  helpValue: 'DURATION',
  default: '5m',
});
