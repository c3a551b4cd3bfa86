#!/usr/bin/env bash
# Judges what a TlTrace ledger gave out with bash, coreutils, xxd and OpenSSL 3 alone.
#
#   verify.sh checkpoint LOG.vkey CHECKPOINT            who signed it: key id, Ed25519 signature
#   verify.sh proof      LOG.vkey ENTRY.tlog-proof ENTRY   that, and the path from entry to root
#   verify.sh event      PUBLIC_KEY_HEX ENTRY           the signature of the entry itself (DSSE)
#
# Exit code 0: accepted. 1: rejected, with the reason. 2: could not be read, nothing was judged.
set -euo pipefail
export LC_ALL=C
work=$(mktemp -d)
trap 'rm -rf "$work"' EXIT

reject() { echo "rejected: $*" >&2; exit 1; }
unread() { echo "unreadable, not judged: $*" >&2; exit 2; }
for tool in openssl xxd sha256sum base64; do
  command -v "$tool" >/dev/null || unread "$tool is not installed"
done

hex() { xxd -p | tr -d '\n'; }
from64() { # base64 in its one form, as hexadecimal digits
  local digits
  digits=$(printf %s "$1" | base64 -d 2>/dev/null | hex) || return 1
  [ "$(printf %s "$digits" | xxd -r -p | base64 -w0)" = "$1" ] && printf %s "$digits"
}
sha() { sha256sum | cut -d' ' -f1; }
node() { printf 01%s%s "$1" "$2" | xxd -r -p | sha; }
decimal() { [[ $1 =~ ^(0|[1-9][0-9]{0,17})$ ]]; }
# Ed25519 over the file $2 by the public key $1 (hex); the signature is $3 (hex).
ed25519() {
  printf '302a300506032b6570032100%s' "$1" | xxd -r -p >"$work/key.der"
  printf %s "$3" | xxd -r -p >"$work/signature"
  openssl pkeyutl -verify -pubin -keyform DER -inkey "$work/key.der" -rawin -in "$2" \
    -sigfile "$work/signature" >/dev/null 2>&1
}

# Sets size and root (hex) from a checkpoint that the log's key has signed.
checkpoint() {
  local vkey=$1 file=$2 rest name id key text line blob signed=no
  rest=${vkey#*+}
  name=${vkey%%+*} id=${rest%%+*} key=$(from64 "${rest#*+}") || unread "the key is no vkey"
  [[ ${#key} -eq 66 && $key == 01* ]] || unread "the key is not one of a log (type 0x01)"
  [ "$( (printf '%s\n' "$name"; printf %s "$key" | xxd -r -p) | sha | cut -c1-8)" = "$id" ] ||
    unread "the key's id is not that of its bytes"
  head -n 3 "$file" >"$work/text"
  mapfile -t text <"$work/text"
  [ ${#text[@]} -eq 3 ] || reject "a checkpoint has three lines: origin, size, root"
  [ "$(sed -n 4p "$file" | wc -c)" -eq 1 ] || reject "no blank line after the root"
  while IFS= read -r line; do
    [[ $line == $'\xe2\x80\x94'" $name "* ]] || continue
    blob=$(from64 "${line##* }") || reject "a signature is no base64"
    [[ $blob == "$id"* ]] || continue
    [ ${#blob} -eq 136 ] || reject "a signature has 64 bytes"
    ed25519 "${key:2}" "$work/text" "${blob:8}" || reject "the log's signature is wrong"
    signed=yes
  done < <(tail -n +5 "$file")
  [ $signed = yes ] || reject "the log $name has not signed it"
  [ "${text[0]}" = "$name" ] || reject "the origin is not the key's name"
  decimal "${text[1]}" || reject "the size is no number"
  size=${text[1]} root=$(from64 "${text[2]}") || reject "the root is no base64"
  [ ${#root} -eq 64 ] || reject "the root has 32 bytes"
}

proof() {
  local file=$1 entry=$2 at=0 line header index hash fn sn sibling
  mapfile -t lines <"$file"
  while [ $at -lt ${#lines[@]} ] && [ -n "${lines[at]}" ]; do at=$((at + 1)); done
  tail -n +$((at + 2)) "$file" >"$work/checkpoint"
  header=("${lines[@]:0:at}")
  [ "${header[0]-}" = c2sp.org/tlog-proof@v1 ] || reject "the first line names no tlog-proof"
  header=("${header[@]:1}")
  # An extra line is signed by nobody: it proves nothing and is passed over.
  [[ ${header[0]-} == "extra "* ]] && header=("${header[@]:1}")
  index=${header[0]-}
  [[ $index == "index "* ]] && decimal "${index#index }" || reject "no line with the index"
  index=${index#index }
  checkpoint "$vkey" "$work/checkpoint"
  [ "$index" -lt "$size" ] || reject "index $index in a log of $size entries"
  hash=$( (printf '\0'; cat "$entry") | sha)
  fn=$index sn=$((size - 1))
  for line in "${header[@]:1}"; do
    sibling=$(from64 "$line") && [ ${#sibling} -eq 64 ] || reject "a line of the path is no hash"
    [ $sn -gt 0 ] || reject "the path is too long"
    if ((fn & 1)) || [ $fn -eq $sn ]; then
      hash=$(node "$sibling" "$hash")
      while ! ((fn & 1)) && [ $fn -ne 0 ]; do fn=$((fn >> 1)) sn=$((sn >> 1)); done
    else
      hash=$(node "$hash" "$sibling")
    fi
    fn=$((fn >> 1)) sn=$((sn >> 1))
  done
  [ $sn -eq 0 ] || reject "the path is too short"
  [ "$hash" = "$root" ] || reject "these bytes are not entry $index: the path leads to $hash"
  echo "accepted: entry $index of $size is in the log, unchanged"
}

# The envelope is canonical JSON, so that its one form can be matched as text. Signatures by other
# keys may stand beside the one that is asked for.
event() {
  local key=$1 file=$2 text payload type list sig
  [[ $key =~ ^[0-9a-f]{64}$ ]] || unread "a public key has 64 hexadecimal digits"
  text=$(<"$file")
  local one='\{"keyid":"[0-9a-f]*","sig":"[A-Za-z0-9+/=]*"\}'
  local form='^\{"payload":"([A-Za-z0-9+/=]*)","payloadType":"([^"\\]*)","signatures":\[('$one'(,'$one')*)\]\}$'
  [[ $text =~ $form ]] || reject "it is no envelope in its canonical form"
  payload=${BASH_REMATCH[1]} type=${BASH_REMATCH[2]} list=${BASH_REMATCH[3]}
  from64 "$payload" >/dev/null || reject "the payload is no base64"
  printf %s "$payload" | base64 -d >"$work/payload"
  { printf 'DSSEv1 %d %s %d ' ${#type} "$type" "$(stat -c %s "$work/payload")"
    cat "$work/payload"; } >"$work/signed"
  while [[ $list =~ \"sig\":\"([A-Za-z0-9+/=]*)\" ]]; do
    list=${list#*"${BASH_REMATCH[0]}"}
    sig=$(from64 "${BASH_REMATCH[1]}") || continue
    if [ ${#sig} -eq 128 ] && ed25519 "$key" "$work/signed" "$sig"; then
      echo "accepted: this key has signed the entry"
      return
    fi
  done
  reject "this key has not signed the entry"
}

[ $# -ge 3 ] || unread "usage: verify.sh checkpoint|proof|event …"
for file in "${@:3}"; do [ -r "$file" ] && [ -f "$file" ] || unread "no file $file"; done
if [ "$1" = event ]; then
  event "$2" "$3"
  exit
fi
[ -r "$2" ] || unread "no file $2"
vkey=$(<"$2")
case $1 in
  checkpoint)
    checkpoint "$vkey" "$3"
    echo "accepted: ${vkey%%+*} has signed size $size, root $root" ;;
  proof)
    [ $# -eq 4 ] || unread "usage: verify.sh proof LOG.vkey ENTRY.tlog-proof ENTRY"
    proof "$3" "$4" ;;
  *) unread "no command $1" ;;
esac
