// tlverify judges what a TlTrace ledger gave out, without any code of TlTrace.
//
//	tlverify checkpoint  LOG.vkey CHECKPOINT [WITNESS.vkey]...
//	tlverify proof       LOG.vkey ENTRY.tlog-proof ENTRY [WITNESS.vkey]...
//	tlverify consistency LOG.vkey ADD-CHECKPOINT-BODY OLD-CHECKPOINT
//	tlverify fsck        LOG.vkey FOLDER
//
// Exit code 0: accepted. 1: rejected, the reason is on standard error. 2: a file could not be read
// or the command was not understood, nothing was judged.
//
// It uses golang.org/x/mod for the signed note (note.Open), for inclusion (tlog.CheckRecord), for
// consistency (tlog.CheckTree) and for hashing (tlog.StoredHashes, tlog.TreeHash). It never uses
// the package's tile reader: before version 0.40.0 that one leaves tiles unauthenticated
// (CVE-2026-56865), and Debian 12 ships 0.7.0. Here the root is computed from the entries
// themselves, and then each tile is compared byte for byte with what the entries give.
//
// Build on Debian, without a network:
//
//	apt-get install golang-go golang-golang-x-mod-dev
//	GO111MODULE=off GOPATH=/usr/share/gocode go build tlverify.go
package main

import (
	"bytes"
	"crypto/ed25519"
	"crypto/sha256"
	"encoding/base64"
	"encoding/binary"
	"encoding/hex"
	"errors"
	"fmt"
	"io/fs"
	"os"
	"path/filepath"
	"strconv"
	"strings"
	"time"

	"golang.org/x/mod/sumdb/note"
	"golang.org/x/mod/sumdb/tlog"
)

const (
	tileWidth    = 256
	proofHeader  = "c2sp.org/tlog-proof@v1"
	cosigned     = "cosignature/v1\ntime %d\n%s"
	typeCosigned = 0x04
	proofHashMax = 63
)

// unreadable is a failure that judges nothing.
type unreadable struct{ error }

func main() {
	err := run(os.Args[1:])
	var not unreadable
	switch {
	case err == nil:
		return
	case errors.As(err, &not):
		fmt.Fprintln(os.Stderr, "unreadable, not judged:", err)
		os.Exit(2)
	default:
		fmt.Fprintln(os.Stderr, "rejected:", err)
		os.Exit(1)
	}
}

func run(args []string) error {
	if len(args) < 3 {
		return unreadable{errors.New("usage: tlverify checkpoint|proof|consistency|fsck LOG.vkey …")}
	}
	log, err := logKey(args[1])
	if err != nil {
		return err
	}
	switch command, rest := args[0], args[2:]; {
	case command == "checkpoint":
		return checkpoint(log, rest[0], rest[1:])
	case command == "proof" && len(rest) >= 2:
		return proof(log, rest[0], rest[1], rest[2:])
	case command == "consistency" && len(rest) == 2:
		return consistency(log, rest[0], rest[1])
	case command == "fsck" && len(rest) == 1:
		return fsck(log, rest[0])
	}
	return unreadable{fmt.Errorf("%q with %d arguments is no command", args[0], len(args)-1)}
}

func read(path string) ([]byte, error) {
	data, err := os.ReadFile(path)
	if err != nil {
		return nil, unreadable{err}
	}
	return data, nil
}

func keyText(path string) (string, error) {
	data, err := read(path)
	return strings.TrimSuffix(string(data), "\n"), err
}

func logKey(path string) (note.Verifier, error) {
	text, err := keyText(path)
	if err != nil {
		return nil, err
	}
	log, err := note.NewVerifier(text)
	if err != nil {
		return nil, unreadable{fmt.Errorf("%s: %v", path, err)}
	}
	return log, nil
}

// witness is a verifier of cosignature/v1 lines, which the package does not know.
type witness struct {
	name string
	id   uint32
	key  ed25519.PublicKey
	when *uint64
}

func (w witness) Name() string    { return w.name }
func (w witness) KeyHash() uint32 { return w.id }

// Verify gets what follows the key id: eight bytes of time, then the signature.
func (w witness) Verify(text, signature []byte) bool {
	if len(signature) != 8+ed25519.SignatureSize {
		return false
	}
	*w.when = binary.BigEndian.Uint64(signature)
	signed := fmt.Sprintf(cosigned, *w.when, text)
	return ed25519.Verify(w.key, []byte(signed), signature[8:])
}

// witnessKey reads NAME+ID+KEY; the key itself may hold plus signs.
func witnessKey(path string) (witness, error) {
	text, err := keyText(path)
	if err != nil {
		return witness{}, err
	}
	wrong := unreadable{fmt.Errorf("%s: no key of a witness (type 0x04)", path)}
	parts := strings.SplitN(text, "+", 3)
	if len(parts) != 3 {
		return witness{}, wrong
	}
	key, err := base64.StdEncoding.DecodeString(parts[2])
	if err != nil || len(key) != 1+ed25519.PublicKeySize || key[0] != typeCosigned {
		return witness{}, wrong
	}
	sum := sha256.Sum256(append([]byte(parts[0]+"\n"), key...))
	if hex.EncodeToString(sum[:4]) != parts[1] {
		return witness{}, wrong
	}
	id := binary.BigEndian.Uint32(sum[:4])
	return witness{parts[0], id, ed25519.PublicKey(key[1:]), new(uint64)}, nil
}

// head is what a checkpoint states.
type head struct {
	origin string
	size   int64
	root   tlog.Hash
}

func (h head) String() string {
	return fmt.Sprintf("log: %s\nentries: %d\nroot: %x", h.origin, h.size, h.root[:])
}

// open verifies the log's signature and every witness that is asked for.
func open(data []byte, log note.Verifier, witnesses []string) (head, error) {
	known := []note.Verifier{log}
	var asked []witness
	for _, path := range witnesses {
		w, err := witnessKey(path)
		if err != nil {
			return head{}, err
		}
		known, asked = append(known, w), append(asked, w)
	}
	opened, err := note.Open(data, note.VerifierList(known...))
	if err != nil {
		return head{}, err
	}
	by := func(name string, id uint32) bool {
		for _, signature := range opened.Sigs {
			if signature.Name == name && signature.Hash == id {
				return true
			}
		}
		return false
	}
	if !by(log.Name(), log.KeyHash()) {
		return head{}, fmt.Errorf("%s has not signed it", log.Name())
	}
	for _, w := range asked {
		if !by(w.name, w.id) {
			return head{}, fmt.Errorf("witness %s has not signed it", w.name)
		}
		seconds := time.Unix(int64(*w.when), 0).UTC()
		fmt.Printf("witnessed by %s at %s\n", w.name, seconds.Format(time.RFC3339))
	}
	return parseHead(opened.Text, log.Name())
}

// parseHead reads the three lines of a checkpoint. (tlog.ParseTree wants another header.)
func parseHead(text, origin string) (head, error) {
	lines := strings.Split(text, "\n")
	if len(lines) != 4 || lines[3] != "" {
		return head{}, errors.New("a checkpoint has three lines: origin, size, root")
	}
	if lines[0] != origin {
		return head{}, fmt.Errorf("origin %q is not the name of the key, %q", lines[0], origin)
	}
	size, err := number(lines[1])
	if err != nil {
		return head{}, fmt.Errorf("size: %v", err)
	}
	root, err := hash(lines[2])
	if err != nil {
		return head{}, fmt.Errorf("root: %v", err)
	}
	if size == 0 && root != sha256.Sum256(nil) {
		return head{}, errors.New("an empty log has another root")
	}
	return head{lines[0], size, root}, nil
}

// number reads a decimal without sign and without leading zeros.
func number(text string) (int64, error) {
	value, err := strconv.ParseInt(text, 10, 64)
	if err != nil || value < 0 || strconv.FormatInt(value, 10) != text {
		return 0, fmt.Errorf("%q is no decimal number", text)
	}
	return value, nil
}

// hash reads 32 bytes in their one base64 form.
func hash(text string) (tlog.Hash, error) {
	data, err := base64.StdEncoding.DecodeString(text)
	if err != nil || len(data) != tlog.HashSize || base64.StdEncoding.EncodeToString(data) != text {
		return tlog.Hash{}, fmt.Errorf("%q is no hash", text)
	}
	var found tlog.Hash
	copy(found[:], data)
	return found, nil
}

func checkpoint(log note.Verifier, path string, witnesses []string) error {
	data, err := read(path)
	if err != nil {
		return err
	}
	signed, err := open(data, log, witnesses)
	if err != nil {
		return err
	}
	fmt.Printf("accepted: the log has signed this head\n%v\n", signed)
	return nil
}

// split takes a file apart into its lines before the first blank one and the checkpoint after it.
func split(data []byte) (lines []string, rest []byte, err error) {
	at := bytes.Index(data, []byte("\n\n"))
	if at < 0 {
		return nil, nil, errors.New("there is no blank line before the checkpoint")
	}
	return strings.Split(string(data[:at]), "\n"), data[at+2:], nil
}

func hashes(lines []string) ([]tlog.Hash, error) {
	if len(lines) > proofHashMax {
		return nil, fmt.Errorf("%d hashes are more than any log needs", len(lines))
	}
	var found []tlog.Hash
	for _, line := range lines {
		one, err := hash(line)
		if err != nil {
			return nil, err
		}
		found = append(found, one)
	}
	return found, nil
}

func proof(log note.Verifier, path, entryPath string, witnesses []string) error {
	data, err := read(path)
	if err != nil {
		return err
	}
	entry, err := read(entryPath)
	if err != nil {
		return err
	}
	lines, rest, err := split(data)
	if err != nil {
		return err
	}
	if lines[0] != proofHeader {
		return fmt.Errorf("the first line is not %s", proofHeader)
	}
	lines = lines[1:]
	if len(lines) > 0 && strings.HasPrefix(lines[0], "extra ") {
		lines = lines[1:] // Nobody has signed this line: it proves nothing.
	}
	if len(lines) == 0 || !strings.HasPrefix(lines[0], "index ") {
		return errors.New("there is no line with the index")
	}
	index, err := number(strings.TrimPrefix(lines[0], "index "))
	if err != nil {
		return err
	}
	path32, err := hashes(lines[1:])
	if err != nil {
		return err
	}
	signed, err := open(rest, log, witnesses)
	if err != nil {
		return err
	}
	if index >= signed.size {
		return fmt.Errorf("index %d in a log of %d entries", index, signed.size)
	}
	leaf := tlog.RecordHash(entry)
	if err := tlog.CheckRecord(path32, signed.size, signed.root, index, leaf); err != nil {
		return fmt.Errorf("these bytes are not entry %d: %v", index, err)
	}
	fmt.Printf("accepted: the log has this entry, unchanged\nindex: %d\n%v\n", index, signed)
	return nil
}

func consistency(log note.Verifier, path, oldPath string) error {
	data, err := read(path)
	if err != nil {
		return err
	}
	oldData, err := read(oldPath)
	if err != nil {
		return err
	}
	old, err := open(oldData, log, nil)
	if err != nil {
		return fmt.Errorf("%s: %w", oldPath, err)
	}
	lines, rest, err := split(data)
	if err != nil {
		return err
	}
	if lines[0] != fmt.Sprintf("old %d", old.size) {
		return fmt.Errorf("the proof starts from %q, the older checkpoint from %d", lines[0], old.size)
	}
	path32, err := hashes(lines[1:])
	if err != nil {
		return err
	}
	signed, err := open(rest, log, nil)
	if err != nil {
		return err
	}
	if old.size == 0 {
		if len(path32) > 0 {
			return errors.New("nothing is to be proven from an empty log")
		}
	} else if err := tlog.CheckTree(path32, signed.size, signed.root, old.size, old.root); err != nil {
		return fmt.Errorf("the log was not only added to: %v", err)
	}
	fmt.Printf("accepted: the log was only added to\nentries before: %d\n%v\n", old.size, signed)
	return nil
}

// stored holds every hash of a tree, in the order that tlog.StoredHashes gives them.
type stored []tlog.Hash

func (s stored) ReadHashes(indexes []int64) ([]tlog.Hash, error) {
	found := make([]tlog.Hash, len(indexes))
	for at, index := range indexes {
		if index < 0 || index >= int64(len(s)) {
			return nil, fmt.Errorf("hash %d was not computed", index)
		}
		found[at] = s[index]
	}
	return found, nil
}

func fsck(log note.Verifier, folder string) error {
	data, err := read(filepath.Join(folder, "checkpoint"))
	if err != nil {
		return err
	}
	signed, err := open(data, log, nil)
	if err != nil {
		return err
	}
	var all stored
	for first := int64(0); first < signed.size; first += tileWidth {
		width := signed.size - first
		if width > tileWidth {
			width = tileWidth
		}
		entries, err := bundle(folder, first/tileWidth, int(width))
		if err != nil {
			return err
		}
		for at, entry := range entries {
			more, err := tlog.StoredHashes(first+int64(at), entry, all)
			if err != nil {
				return err
			}
			all = append(all, more...)
		}
	}
	root := tlog.Hash(sha256.Sum256(nil)) // tlog.TreeHash gives zeros for an empty tree.
	if signed.size > 0 {
		if root, err = tlog.TreeHash(signed.size, all); err != nil {
			return err
		}
	}
	if root != signed.root {
		return fmt.Errorf("the entries give root %x, signed is %x", root[:], signed.root[:])
	}
	compared, beyond, err := compare(folder, signed.size, all)
	if err != nil {
		return err
	}
	fmt.Printf("accepted: every entry belongs to the checkpoint\n%v\nfiles compared: %d\n", signed, compared)
	if beyond > 0 {
		fmt.Printf("files beyond the checkpoint, not judged: %d\n", beyond)
	}
	return nil
}

// bundle reads the entries that a bundle must have; a fuller file at its place will do.
func bundle(folder string, n int64, width int) ([][]byte, error) {
	full := filepath.Join(folder, "tile", "entries", place(n))
	paths, _ := filepath.Glob(full + ".p/*")
	var best string
	least := tileWidth + 1
	for _, path := range append(paths, full) {
		has := tileWidth
		if path != full {
			found, err := number(filepath.Base(path))
			if err != nil || found < 1 || found >= tileWidth {
				continue
			}
			has = int(found)
		} else if _, err := os.Stat(full); err != nil {
			continue
		}
		if has >= width && has < least {
			best, least = path, has
		}
	}
	if best == "" {
		return nil, fmt.Errorf("%s: the bundle is missing", full)
	}
	data, err := read(best)
	if err != nil {
		return nil, err
	}
	entries, err := parseBundle(data, least)
	if err != nil {
		return nil, fmt.Errorf("%s: %v", best, err)
	}
	return entries[:width], nil
}

// parseBundle reads entries behind their lengths, two bytes each, until the end.
func parseBundle(data []byte, count int) ([][]byte, error) {
	var entries [][]byte
	for len(data) > 0 {
		if len(data) < 2 || len(data)-2 < int(binary.BigEndian.Uint16(data)) {
			return nil, fmt.Errorf("entry %d is cut off", len(entries))
		}
		end := 2 + int(binary.BigEndian.Uint16(data))
		entries, data = append(entries, data[2:end]), data[end:]
	}
	if len(entries) != count {
		return nil, fmt.Errorf("%d entries, the name says %d", len(entries), count)
	}
	return entries, nil
}

// place writes a number as tlog-tiles does: groups of three digits, all but the last with an x.
func place(n int64) string {
	text := fmt.Sprintf("%03d", n%1000)
	for n >= 1000 {
		n /= 1000
		text = fmt.Sprintf("x%03d/%s", n%1000, text)
	}
	return text
}

// compare holds every file below tile/ against what the entries give, and misses none that a log
// of this size has.
func compare(folder string, size int64, all stored) (compared, beyond int, err error) {
	wanted := make(map[string]bool)
	for level, count := 0, size; count > 0; level, count = level+1, count/tileWidth {
		for n := int64(0); n < count/tileWidth; n++ {
			wanted[fmt.Sprintf("tile/%d/%s", level, place(n))] = true
		}
		if rest := count % tileWidth; rest > 0 {
			n := place(count / tileWidth)
			wanted[fmt.Sprintf("tile/%d/%s.p/%d", level, n, rest)] = true
		}
	}
	err = filepath.WalkDir(filepath.Join(folder, "tile"), func(path string, entry fs.DirEntry, err error) error {
		if err != nil {
			return unreadable{err}
		}
		if entry.IsDir() {
			return nil
		}
		name, err := filepath.Rel(folder, path)
		if err != nil {
			return unreadable{err}
		}
		name = filepath.ToSlash(name)
		delete(wanted, name)
		judged, err := compareFile(path, name, size, all)
		if err != nil {
			return err
		}
		if judged {
			compared++
		} else {
			beyond++
		}
		return nil
	})
	if size == 0 && errors.Is(err, fs.ErrNotExist) {
		return 0, 0, nil
	}
	if err != nil {
		return 0, 0, err
	}
	for name := range wanted {
		// A fuller tile may stand where a partial one was.
		full := filepath.Join(folder, strings.SplitN(name, ".p/", 2)[0])
		if _, err := os.Stat(full); err != nil {
			return 0, 0, fmt.Errorf("%s: the tile is missing", name)
		}
	}
	return compared, beyond, nil
}

// compareFile compares the part of a tile or bundle that the checkpoint covers; false when it
// covers nothing of it.
func compareFile(path, name string, size int64, all stored) (bool, error) {
	level, n, width, err := parsePlace(name)
	if err != nil {
		return false, fmt.Errorf("%s: %v", name, err)
	}
	count := size >> (8 * uint(level))
	if first := n * tileWidth; first >= count {
		return false, nil
	} else if count -= first; count > int64(width) {
		count = int64(width)
	}
	data, err := read(path)
	if err != nil {
		return false, err
	}
	var found [][]byte
	if strings.HasPrefix(name, "tile/entries/") {
		if found, err = parseBundle(data, width); err != nil {
			return false, fmt.Errorf("%s: %v", name, err)
		}
		for at, entry := range found {
			leaf := tlog.RecordHash(entry)
			found[at] = leaf[:]
		}
	} else if len(data) != width*tlog.HashSize {
		return false, fmt.Errorf("%s: %d bytes, its name says %d hashes", name, len(data), width)
	} else {
		for ; len(data) > 0; data = data[tlog.HashSize:] {
			found = append(found, data[:tlog.HashSize])
		}
	}
	for at := int64(0); at < count; at++ {
		computed := all[tlog.StoredHashIndex(8*level, n*tileWidth+at)]
		if !bytes.Equal(computed[:], found[at]) {
			return false, fmt.Errorf("%s: hash %d is not that of the entries", name, at)
		}
	}
	return true, nil
}

// parsePlace reads tile/LEVEL/N[.p/W] or tile/entries/N[.p/W]; bundles count as level 0.
func parsePlace(name string) (level int, n int64, width int, err error) {
	wrong := errors.New("no file of a log")
	parts := strings.SplitN(strings.TrimPrefix(name, "tile/"), "/", 2)
	if len(parts) != 2 {
		return 0, 0, 0, wrong
	}
	if parts[0] != "entries" {
		found, err := number(parts[0])
		if err != nil || found > 7 {
			return 0, 0, 0, wrong
		}
		level = int(found)
	}
	width = tileWidth
	path := parts[1]
	if at := strings.Index(path, ".p/"); at >= 0 {
		found, err := number(path[at+3:])
		if err != nil || found < 1 || found >= tileWidth {
			return 0, 0, 0, wrong
		}
		path, width = path[:at], int(found)
	}
	digits := strings.ReplaceAll(strings.ReplaceAll(path, "x", ""), "/", "")
	n, err = strconv.ParseInt(digits, 10, 55)
	if err != nil || n < 0 || place(n) != path {
		return 0, 0, 0, wrong
	}
	return level, n, width, nil
}
