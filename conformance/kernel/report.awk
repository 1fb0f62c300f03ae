# SPDX-License-Identifier: MIT
# Reads the guest's console. Writes one KTAP report with a subtest per suite to the file `report`, and prints the counts:
# passed, failed, skipped, and suites that failed without a failed case (crashed, too few results, nothing at all).

function finish(code,    complete) {
    complete = results == planned && results > 0
    if (!complete) body = body "    # planned " planned ", reported " results ", exit code " code "\n"
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

/^LANE-BEGIN / {
    suite = $2
    results = failures = planned = 0
    body = body "    # Subtest: " suite "\n"
    next
}
/^LANE-END / && suite == $2 { finish($3); next }
suite == "" || $0 == "" { next }
/^1\.\.[0-9]+/ { planned = substr($0, 4) + 0 }
/^not ok [0-9]/ { ++results; ++failures; ++failed }
/^ok [0-9]/ { ++results; if ($0 ~ /# SKIP/) ++skipped; else ++passed }
{ body = body "    " $0 "\n" }

END {
    if (suite != "") {
        body = body "    # the guest stopped in the middle\n"
        finish(99)
    }
    printf "KTAP version 1\n1..%d\n%s", suites, body > report
    printf "%d %d %d %d\n", passed, failed, skipped, broken
}
