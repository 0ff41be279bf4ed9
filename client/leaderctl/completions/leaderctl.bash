# Completion of leaderctl for bash. leaderctl says itself what there is.
# shellcheck shell=bash
_leaderctl() {
  # leaderctl decides by itself what follows "=", and ":" is no end of a word in unix:/PATH.
  local line=${COMP_LINE:0:COMP_POINT} words i word
  read -ra words <<<"$line"
  [[ $line == *[[:space:]] ]] && words+=('')
  word=${words[-1]}
  for ((i = 1; i < ${#words[@]} - 1; i++)); do
    [ "${words[i]}" = -- ] || continue
    # The command that `run` runs, and its arguments.
    if ((i == ${#words[@]} - 2)); then mapfile -t COMPREPLY < <(compgen -c -- "$word"); else COMPREPLY=(); fi
    return
  done
  mapfile -t COMPREPLY < <("${words[0]}" __complete "${words[@]:1}" 2>/dev/null | cut -f1)
}
# Where there is nothing to suggest, files, as ever.
complete -o bashdefault -o default -F _leaderctl leaderctl
