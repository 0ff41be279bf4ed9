# Completion of leaderctl for fish. leaderctl says itself what there is.
function __leaderctl_suggest
    set -l words (commandline -opc) (commandline -ct)
    if set -l separator (contains -i -- -- $words[1..-2])
        # The command that `run` runs, and its arguments.
        complete -C (string join -- ' ' $words[(math $separator + 1)..-1])
    else
        $words[1] __complete $words[2..-1] 2>/dev/null
    end
end
complete -c leaderctl -f -a '(__leaderctl_suggest)'
