# SPDX-License-Identifier: MIT
# Sourced: seals. A seal lists a tree's files with their checksums and its links with what they lead to, so that a cache is believed only while it is what was put there.
# It is made beside its place and renamed, so one that exists is whole.

# seal_tree TREE SEAL: SEAL may lie inside TREE.
seal_tree() {
  local tree=$1 seal=$2 fresh
  fresh=$(mktemp "$seal.XXXXXX") || return 1
  {
    (cd "$tree" && find . -type f ! -path "./.*" -print0 | LC_ALL=C sort -z | xargs -0r sha256sum -b)
    (cd "$tree" && find . -type l -printf 'link\t%l\t%p\n' | LC_ALL=C sort)
    echo "end of seal"
  } >"$fresh" || { rm -f "$fresh"; return 1; }
  chmod 644 "$fresh"
  mv "$fresh" "$seal"
}

# seal_holds TREE SEAL: is the seal whole, and is all of TREE that it lists as it was? What came later is not looked at.
seal_holds() {
  local tree=$1 seal=$2 kind target path
  [ -s "$seal" ] && [ "$(tail -n 1 "$seal")" = "end of seal" ] && [ "$(wc -l <"$seal")" -gt 1 ] || return 1
  seal=$(realpath "$seal")
  sed -n 's/^link\t/&/p' "$seal" | while IFS=$'\t' read -r kind target path; do
    [ "$(readlink "$tree/$path")" = "$target" ] || exit 1
  done || return 1
  ! grep -q '^[\\]\{0,1\}[0-9a-f]\{64\} ' "$seal" || grep '^[\\]\{0,1\}[0-9a-f]\{64\} ' "$seal" | (cd "$tree" && sha256sum --check --strict --status 2>/dev/null)
}
