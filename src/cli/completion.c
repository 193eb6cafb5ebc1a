/* SPDX-License-Identifier: Apache-2.0 */
/* Completion scripts, from the table of settings. */
#include "cli.h"

#include <stdio.h>
#include <string.h>

/* "run check ..." */
static void print_names(void) {
  for (const cli_command *c = cli_commands; c->name; c++)
    printf("%s%s", c == cli_commands ? "" : " ", c->name);
}

static void print_options(unsigned bit) {
  for (int key = 0; key < CLI_KEYS; key++)
    if (cli_is_option(key, bit)) printf(" --%s", cli_settings[key].name);
}

/* The schemes of parts are asked for when they are wanted: modules may bring more. */
static const char *kind_of(int key) {
  static const char *const kinds[] = { "", "source", "parser", "filter", "scorer", "sink" };
  return kinds[cli_settings[key].part];
}

static void bash_values(void) {
  for (int key = 0; key < CLI_KEYS; key++)
    if (cli_settings[key].part && key != CLI_SOURCE)
      printf("    --%s) kind=%s ;;\n", cli_settings[key].name, kind_of(key));
}

static void bash(void) {
  puts("# bash completion for kappatweet: source it, or put it into "
       "/usr/share/bash-completion/completions/\n"
       "_kappatweet_parts() {\n"
       "  kappatweet parts 2>/dev/null | sed -n \"s/^$1 *\\([^ ]*\\) .*/\\1$2/p\"\n"
       "}\n"
       "_kappatweet() {\n"
       "  local cur=${COMP_WORDS[COMP_CWORD]} prev=${COMP_WORDS[COMP_CWORD-1]} words=\"\" "
       "kind=\"\"\n"
       "  case \"$prev\" in");
  bash_values();
  puts("  esac\n"
       "  if [ \"$COMP_CWORD\" -eq 1 ]; then");
  fputs("    words=\"", stdout);
  print_names();
  puts(" completion help --version\"\n"
       "  elif [ -n \"$kind\" ]; then\n"
       "    compopt -o nospace +o filenames 2>/dev/null\n"
       "    mapfile -t COMPREPLY < <(compgen -W \"$(_kappatweet_parts \"$kind\" :)\" -- \"$cur\")\n"
       "    [ \"$kind\" != sink ] || [ \"${#COMPREPLY[@]}\" -gt 0 ] || {\n"
       "      compopt +o nospace -o filenames 2>/dev/null\n"
       "      mapfile -t COMPREPLY < <(compgen -f -- \"$cur\")\n"
       "    }\n"
       "    return\n"
       "  else\n"
       "    case \"$prev\" in\n"
       "      --stats) words=json ;;\n"
       "      completion) words=\"bash zsh fish\" ;;\n"
       "      *) case \"${COMP_WORDS[1]}\" in");
  for (const cli_command *c = cli_commands; c->name; c++) {
    printf("        %s) words=\"", c->name);
    print_options(c->bit);
    puts("\" ;;");
  }
  fputs("        help) words=\"", stdout);
  print_names();
  puts(" config\" ;;\n"
       "      esac\n"
       "      case \"${COMP_WORDS[1]},$cur\" in\n"
       "        *,-*|help,*|completion,*) ;;\n"
       "        parts,*) words=$(_kappatweet_parts '[a-z]*') ;;\n"
       "        *) mapfile -t COMPREPLY < <(compgen -f -- \"$cur\"); return ;;\n"
       "      esac ;;\n"
       "    esac\n"
       "  fi\n"
       "  mapfile -t COMPREPLY < <(compgen -W \"$words\" -- \"$cur\")\n"
       "}\n"
       "complete -o filenames -F _kappatweet kappatweet");
}

/* Text inside single quotes of zsh and fish; brackets and colons mean something to zsh. */
static void print_quoted(const char *s, int zsh) {
  for (; *s; s++) {
    if (*s == '\'')
      fputs("'\\''", stdout);
    else if (zsh && strchr("[]:", *s))
      printf("\\%c", *s);
    else
      putchar(*s);
  }
}

static void zsh(void) {
  puts("#compdef kappatweet\n"
       "_kappatweet_parts() {\n"
       "  compadd ${1:+-S} ${1:+:} -- ${(f)\"$(kappatweet parts 2>/dev/null |\n"
       "    sed -n \"s/^${1:-[a-z]*} *\\([^ ]*\\) .*/\\1/p\")\"}\n"
       "  [[ $1 != sink ]] || _files\n"
       "}\n"
       "_kappatweet() {\n"
       "  if (( CURRENT == 2 )); then");
  fputs("    compadd ", stdout);
  print_names();
  puts(" completion help -- --version\n"
       "    return\n"
       "  fi\n"
       "  case $words[2] in");
  for (const cli_command *c = cli_commands; c->name; c++) {
    printf("    %s) _arguments", c->name);
    for (int key = 0; key < CLI_KEYS; key++) {
      const cli_setting *s = &cli_settings[key];
      if (!cli_is_option(key, c->bit)) continue;
      printf(" '%s--%s[", s->shape == CLI_MANY ? "*" : "", s->name);
      print_quoted(s->help, 1);
      if (s->part)
        printf("]:%s:{_kappatweet_parts %s}'", kind_of(key), kind_of(key));
      else
        printf("]%s%s'", s->arg ? ":" : "",
               s->arg ? key == CLI_STATS ? "format:(json)" : "value:_files" : "");
    }
    puts(c->bit == CLI_PARTS ? " '*:part:{_kappatweet_parts}' ;;" : " '*:file:_files' ;;");
  }
  fputs("    completion) compadd bash zsh fish ;;\n"
        "    help) compadd ",
        stdout);
  print_names();
  puts(" config ;;\n"
       "  esac\n"
       "}\n"
       "if [ \"$funcstack[1]\" = _kappatweet ]; then _kappatweet \"$@\"; else compdef _kappatweet "
       "kappatweet; fi");
}

static void fish_value(int key) {
  const cli_setting *s = &cli_settings[key];
  if (s->part)
    printf(" %s -a '(__kappatweet_parts %s :)'", s->part == KT_PART_SINK ? "-r" : "-x",
           kind_of(key));
  else if (s->arg)
    fputs(key == CLI_STATS ? " -x -a json" : " -r", stdout);
}

static void fish(void) {
  puts("function __kappatweet_parts\n"
       "  kappatweet parts 2>/dev/null | sed -n \"s/^$argv[1] *\\([^ ]*\\) .*/\\1$argv[2]/p\"\n"
       "end");
  puts("complete -c kappatweet -n '__fish_seen_subcommand_from parts' -f -a "
       "'(__kappatweet_parts \"[a-z]*\" \"\")'");
  fputs("complete -c kappatweet -n __fish_use_subcommand -f -a '", stdout);
  print_names();
  puts(" completion help'\n"
       "complete -c kappatweet -n __fish_use_subcommand -l version -d 'show the version'\n"
       "complete -c kappatweet -n '__fish_seen_subcommand_from completion' -f -a 'bash zsh fish'");
  fputs("complete -c kappatweet -n '__fish_seen_subcommand_from help' -f -a '", stdout);
  print_names();
  puts(" config'");
  for (const cli_command *c = cli_commands; c->name; c++)
    for (int key = 0; key < CLI_KEYS; key++) {
      const cli_setting *s = &cli_settings[key];
      if (!cli_is_option(key, c->bit)) continue;
      printf("complete -c kappatweet -n '__fish_seen_subcommand_from %s' -l %s", c->name, s->name);
      if (s->letter) printf(" -s %c", s->letter);
      fish_value(key);
      fputs(" -d '", stdout);
      print_quoted(s->help, 0);
      puts("'");
    }
}

int cli_completion(int argc, char **argv) {
  const char *shell = argc == 2 ? argv[1] : "";
  if (!strcmp(shell, "bash"))
    bash();
  else if (!strcmp(shell, "zsh"))
    zsh();
  else if (!strcmp(shell, "fish"))
    fish();
  else {
    fputs("kappatweet: completion needs the name of a shell: bash, zsh or fish\n", stderr);
    return CLI_USAGE;
  }
  return cli_flush();
}
