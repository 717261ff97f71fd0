# bash completion for venuectl
_venuectl()
{
  local cur prev words cword
  _init_completion || return

  local verbs='report heard respond arrive decide approve land close reopen cancel undo note duplicate amend assign
    accept decline handover log incidents show recommend crew zone session notice device supply batch task lane suggestion contingency cap resource alerts deadlines zones categories principals watch status
    clock plan drill replay rehearse journal backup'
  local options='--data --url --token-file --json --lang --timeout --by --at --id --text --severity --source --reporter
    --reason --zone --category --open --workaround --digest --following --revision --dry-run --low --refilled --estimated --arrived --waiting --desks --baseline --compare --session --faulty --since --until --for --from --topic --drill --crew --set --help --version'

  # Where this line finds the daemon, for what the daemon is asked.
  local -a venuectl=("${words[0]}" --timeout 500ms) arguments=()
  local i
  for ((i = 1; i < cword; i++)); do
    case ${words[i]} in
      --data | --url | --token-file) venuectl+=("${words[i]}" "${words[++i]}") ;;
      --lang | --timeout | --by | --at | --id | --text | --severity | --source | --reporter | --reason | --zone | \
        --category | --arrived | --waiting | --desks | --compare | --revision | --session | --since | --until | --for | --from | --topic | --crew | --set) ((i++)) ;;
      -*) ;;
      *) arguments+=("${words[i]}") ;;
    esac
  done

  _venuectl_offer() { mapfile -t COMPREPLY < <(compgen -W "$1" -- "$cur"); }
  # The first column of a list: "crew list", "zones", …
  _venuectl_ask() { "${venuectl[@]}" $1 2>/dev/null | awk 'NR > 1 { sub(/^#/, "", $1); print $1 }'; }

  case $prev in
    --data) _filedir -d && return ;;
    --token-file) _filedir && return ;;
    --lang) _venuectl_offer 'en zh-hant zh-hans' && return ;;
    --severity) _venuectl_offer '1 2 3 4' && return ;;
    --source) _venuectl_offer 'staff attendee radio device' && return ;;
    --by) _venuectl_offer "$(_venuectl_ask 'crew list')" && return ;;
    --session) _venuectl_offer "$(_venuectl_ask 'session list --open')" && return ;;
    --zone) _venuectl_offer "$(_venuectl_ask zones)" && return ;;
    --category) _venuectl_offer "$(_venuectl_ask categories)" && return ;;
    --url | --timeout | --at | --id | --text | --reporter | --reason | --arrived | --waiting | --desks | --revision | --since | --until | --for | --from | --topic) return ;;
    --crew) _venuectl_offer "$(_venuectl_ask 'crew list')" && return ;;
    --set) compopt -o nospace && _venuectl_offer 'tier1= tier2= tier3= climb= offer=' && return ;;
  esac
  if [[ $cur == -* ]]; then
    _venuectl_offer "$options"
    return
  fi

  case "${#arguments[@]} ${arguments[*]:0:2}" in
    '0 ') _venuectl_offer "$verbs" ;;
    '1 crew') _venuectl_offer 'list duty at reach' ;;
    '1 zone') _venuectl_offer 'list count set' ;;
    '2 zone count' | '2 zone set') _venuectl_offer "$(_venuectl_ask zones)" ;;
    '3 zone set') _venuectl_offer 'open crowded closed converting converting-passable' ;;
    '1 session') _venuectl_offer 'list start end shift cancel undo import export' ;;
    '1 notice') _venuectl_offer 'list show draft approve drop' ;;
    '1 supply') _venuectl_offer 'list level served refill' ;;
    '1 batch') _venuectl_offer 'list plan hold serve cancel sample dispose temperature' ;;
    '1 task') _venuectl_offer 'list done cancel' ;;
    '2 supply level' | '2 supply served' | '2 supply refill' | '2 batch plan')
      _venuectl_offer "$(_venuectl_ask 'supply list')" ;;
    '2 batch '*) _venuectl_offer "$(_venuectl_ask 'batch list --open')" ;;
    '2 task done' | '2 task cancel') _venuectl_offer "$(_venuectl_ask 'task list --open')" ;;
    '1 device') _venuectl_offer 'list show reading heartbeat fault maintenance' ;;
    '1 lane') _venuectl_offer 'list show count set import' ;;
    '2 lane import') _filedir '@(csv|json)' ;;
    '2 lane show' | '2 lane count' | '2 lane set') _venuectl_offer "$(_venuectl_ask 'lane list')" ;;
    '3 lane set') _venuectl_offer 'open closed printer-down offline-list' ;;
    '1 suggestion') _venuectl_offer 'list take pass' ;;
    '2 suggestion take' | '2 suggestion pass') _venuectl_offer "$(_venuectl_ask 'suggestion list --open')" ;;
    '1 contingency') _venuectl_offer 'list show activate abort undo' ;;
    '2 contingency show' | '2 contingency activate' | '2 contingency abort' | '2 contingency undo')
      _venuectl_offer "$(_venuectl_ask 'contingency list')" ;;
    '1 cap') _filedir xml ;;
    '1 resource') _venuectl_offer 'list use return' ;;
    '2 resource use' | '2 resource return') _venuectl_offer "$(_venuectl_ask 'resource list')" ;;
    '1 drill') _venuectl_offer 'start end show' ;;
    '1 clock') _venuectl_offer 'accept' ;;
    '1 plan') _venuectl_offer 'check show apply' ;;
    '1 journal') _venuectl_offer 'verify export' ;;
    '2 plan check' | '2 plan apply' | '1 rehearse') _filedir ;;
    '1 backup' | '1 replay') _filedir -d ;;
    '1 report') _venuectl_offer "$(_venuectl_ask zones)" ;;
    "2 report "*) _venuectl_offer "$(_venuectl_ask categories)" ;;
    '2 crew duty' | '2 crew at' | '2 crew reach' | "2 assign "* | '1 handover' | "2 handover "*)
      _venuectl_offer "$(_venuectl_ask 'crew list')" ;;
    '2 session import') _filedir ics ;;
    '2 session start' | '2 session end' | '2 session shift' | '2 session cancel')
      _venuectl_offer "$(_venuectl_ask 'session list --open')" ;;
    '2 session undo') _venuectl_offer "$(_venuectl_ask 'session list')" ;;
    '2 notice show') _venuectl_offer "$(_venuectl_ask 'notice list')" ;;
    '2 notice approve' | '2 notice drop') _venuectl_offer "$(_venuectl_ask 'notice list --open')" ;;
    '2 device show' | '2 device reading' | '2 device fault' | '2 device maintenance' | *' device heartbeat')
      _venuectl_offer "$(_venuectl_ask 'device list')" ;;
    '3 device maintenance') _venuectl_offer 'off' ;;
    '3 crew duty') _venuectl_offer 'on off break' ;;
    '3 crew at') _venuectl_offer "$(_venuectl_ask zones)" ;;
    '3 crew reach') _venuectl_offer 'radio-dead ok' ;;
    '1 reopen' | '1 show') _venuectl_offer "$(_venuectl_ask incidents)" ;;
    '1 heard' | '1 respond' | '1 arrive' | '1 decide' | '1 approve' | '1 land' | '1 close' | '1 cancel' | '1 undo' | \
      '1 note' | '1 duplicate' | "2 duplicate "* | '1 amend' | '1 assign' | '1 accept' | '1 decline' | '1 recommend')
      _venuectl_offer "$(_venuectl_ask 'incidents --open')" ;;
  esac
}
complete -F _venuectl venuectl
