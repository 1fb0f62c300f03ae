# SPDX-License-Identifier: MIT
# Reads the guest's console. Writes one KTAP report with a subtest per suite to the file `report`, and prints the counts:
# passed, failed, skipped, and suites that failed without a failed case (crashed, too few results, nothing at all).
# Only the suites that `may_skip` lists may skip: the board is the lane's own, so elsewhere something that should be there is missing.
# Of nested subtests (four spaces deeper) the innermost results are the cases; the line above sums them up.

function may_skip_here() { return index(" " may_skip " ", " " suite " ") > 0 }

function plan(depth, count) {
    planned[depth] = count
    results[depth] = 0
    failures_before[depth] = failures
    nested[depth] = 1
}

function close_plan(depth) {
    if (!nested[depth]) return
    if (results[depth] != planned[depth]) incomplete = 1
    nested[depth] = 0
}

function result(depth, line,    good, sums_up, told) {
    good = line !~ /^ *not ok/
    sums_up = nested[depth + 1]
    told = failures > failures_before[depth + 1]
    close_plan(depth + 1)
    ++results[depth]
    if (sums_up && (good || told)) return
    if (!good) { ++failures; ++failed }
    else if (line ~ /# SKIP/ && may_skip_here()) ++skipped
    else if (line ~ /# SKIP/) {
        body = body "    # the next one must not skip here\n"
        ++failures; ++failed
    }
    else ++passed
}

function begin_suite(name) {
    suite = name
    failures = incomplete = planned[0] = results[0] = 0
    nested[1] = nested[2] = 0
    body = body "    # Subtest: " suite "\n"
}

function finish(code,    complete) {
    close_plan(1)
    complete = results[0] == planned[0] && results[0] > 0 && !incomplete
    if (!complete) body = body "    # planned " planned[0] + 0 ", reported " results[0] + 0 ", exit code " code "\n"
    if (code == 77 && failures == 0) {
        body = body "ok " ++suites " " suite " # SKIP\n"
    } else if (code == 0 && failures == 0 && complete) {
        body = body "ok " ++suites " " suite "\n"
    } else {
        body = body "not ok " ++suites " " suite "\n"
        if (failures == 0) ++broken
    }
    suite = ""
}

/^LANE-BEGIN / { begin_suite($2); next }
/^LANE-END / && suite == $2 { finish($3); next }
suite == "" || $0 == "" { next }
{ match($0, /^ */); depth = int(RLENGTH / 4) }
/^ *1\.\.[0-9]+/ { plan(depth, substr($1, 4) + 0) }
/^ *(not )?ok [0-9]/ { result(depth, $0) }
{ body = body "    " $0 "\n" }

END {
    if (suite != "") {
        body = body "    # the guest stopped in the middle\n"
        finish(99)
    }
    printf "KTAP version 1\n1..%d\n%s", suites, body > report
    printf "%d %d %d %d\n", passed, failed, skipped, broken
}
