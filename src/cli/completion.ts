/**
 * Scripts by which shells complete commands, flags, kinds and names of objects. What can be named is asked of
 * the program itself when a name is completed. Pure.
 */
export const shells = ['bash', 'zsh', 'fish'] as const;
export type Shell = (typeof shells)[number];

export interface CompletedCommand {
  readonly id: string;
  readonly summary: string;
  readonly flags: readonly { readonly name: string; readonly char?: string; readonly summary: string }[];
}

export interface CompletionInput {
  readonly bin: string;
  /** Ordered by id. */
  readonly commands: readonly CompletedCommand[];
  /** Words for kinds, as `vm`. */
  readonly kinds: readonly string[];
}

/** Commands whose words are names of one kind; all others take KIND/NAME or KIND NAME. */
const namesOf: Readonly<Record<string, string>> = {
  start: 'vm',
  stop: 'vm',
  restart: 'vm',
  migrate: 'vm',
  cordon: 'host',
  uncordon: 'host',
  drain: 'host',
  taint: 'host',
  sync: 'sync',
};
/** Commands whose words are no objects. */
const wordless: readonly string[] = [
  'advance',
  'api-resources',
  'apply',
  'autocomplete',
  'config',
  'diff',
  'help',
  'init',
  'simulate',
  'test',
  'validate',
  'version',
];

/** The script for a shell; to be read by it, as `source <(vctl autocomplete bash)`. */
export function completionScript(shell: Shell, input: CompletionInput): string {
  switch (shell) {
    case 'bash':
      return bashScript(input);
    case 'zsh':
      return `autoload -Uz compinit bashcompinit\ncompinit\nbashcompinit\n${bashScript(input)}`;
    case 'fish':
      return fishScript(input);
  }
}

function bashScript({ bin, commands, kinds }: CompletionInput): string {
  const flags = commands.map(
    ({ id, flags: all }) => `      ${id}) words="${all.flatMap(spellings).join(' ')}" ;;`,
  );
  const named = Object.entries(namesOf).map(
    ([id, kind]) => `      ${id}) words="$(_${bin}_names ${kind})" ;;`,
  );
  return `_${bin}_names() {
  ${bin} get "$1" -o name 2>/dev/null | sed 's#.*/##'
}
_${bin}() {
  local cur="\${COMP_WORDS[COMP_CWORD]}" prev="\${COMP_WORDS[COMP_CWORD-1]}" words=""
  COMPREPLY=()
  if [ "$COMP_CWORD" -eq 1 ]; then
    words="${commands.map(({ id }) => id).join(' ')}"
  elif [ "$prev" = "-f" ] || [ "$prev" = "--filename" ]; then
    return
  elif [[ "$cur" == -* ]]; then
    case "\${COMP_WORDS[1]}" in
${flags.join('\n')}
    esac
  elif [[ "$cur" == */* ]]; then
    words="$(_${bin}_names "\${cur%%/*}" | sed "s#^#\${cur%%/*}/#")"
  else
    case "\${COMP_WORDS[1]}" in
      help) words="${commands.map(({ id }) => id).join(' ')}" ;;
      ${wordless.filter((id) => id !== 'help').join('|')}) return ;;
${named.join('\n')}
      *)
        if [ "$COMP_CWORD" -gt 2 ] && [[ "\${COMP_WORDS[2]}" != */* ]]; then
          words="$(_${bin}_names "\${COMP_WORDS[2]}")"
        else
          words="${kinds.join(' ')}"
        fi ;;
    esac
  fi
  COMPREPLY=($(compgen -W "$words" -- "$cur"))
}
complete -o default -F _${bin} ${bin}
`;
}

function fishScript({ bin, commands, kinds }: CompletionInput): string {
  const lines = [`complete -c ${bin} -n __fish_use_subcommand -f`];
  for (const { id, summary, flags } of commands) {
    const seen = `-n '__fish_seen_subcommand_from ${id}'`;
    lines.push(`complete -c ${bin} -n __fish_use_subcommand -f -a ${id} -d ${quoted(summary)}`);
    for (const flag of flags) {
      const char = flag.char === undefined ? '' : ` -s ${flag.char}`;
      lines.push(`complete -c ${bin} ${seen}${char} -l ${flag.name} -d ${quoted(flag.summary)}`);
    }
    const kind = namesOf[id];
    if (kind !== undefined) lines.push(`complete -c ${bin} ${seen} -f -a ${quoted(namesInFish(bin, kind))}`);
    else if (!wordless.includes(id))
      lines.push(`complete -c ${bin} ${seen} -f -a ${quoted(kinds.join(' '))}`);
  }
  return `${lines.join('\n')}\n`;
}

function namesInFish(bin: string, kind: string): string {
  return `(${bin} get ${kind} -o name 2>/dev/null | string replace -r ".*/" "")`;
}

function spellings({ name, char }: { readonly name: string; readonly char?: string }): string[] {
  return char === undefined ? [`--${name}`] : [`--${name}`, `-${char}`];
}

function quoted(text: string): string {
  return `'${text.replace(/[\\']/g, '\\$&')}'`;
}
