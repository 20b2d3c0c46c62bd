import { Help } from '@oclif/core';

/** oclif's help as it is; the place for house style. */
export default class VctlHelp extends Help {}
