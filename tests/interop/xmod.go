// SPDX-License-Identifier: Apache-2.0

// xmod DIR: golang.org/x/mod/sumdb judges what candor wrote into DIR: vkey, export/ (checkpoint and tiles),
// proofs/N.proof with proofs/N.entry, and proofs/*.consistency. Everything must be accepted as it is and
// refused when changed. Prints TAP.
package main

import (
	"bytes"
	"encoding/base64"
	"encoding/binary"
	"errors"
	"fmt"
	"os"
	"path/filepath"
	"strconv"
	"strings"

	"golang.org/x/mod/sumdb/note"
	"golang.org/x/mod/sumdb/tlog"
)

var folder = os.Args[1]

func read(names ...string) []byte {
	data, err := os.ReadFile(filepath.Join(append([]string{folder}, names...)...))
	if err != nil {
		panic(err)
	}
	return data
}

func verifiers() note.Verifiers {
	v, err := note.NewVerifier(strings.TrimSpace(string(read("vkey"))))
	if err != nil {
		panic(err)
	}
	return note.VerifierList(v)
}

// openCheckpoint gives the size and root of a note that the log has signed.
func openCheckpoint(raw []byte) (tlog.Tree, error) {
	n, err := note.Open(raw, verifiers())
	if err != nil {
		return tlog.Tree{}, err
	}
	lines := strings.Split(n.Text, "\n")
	if len(lines) < 4 {
		return tlog.Tree{}, errors.New("too few lines")
	}
	size, err := strconv.ParseInt(lines[1], 10, 64)
	if err != nil {
		return tlog.Tree{}, err
	}
	root, err := hashOf(lines[2])
	return tlog.Tree{N: size, Hash: root}, err
}

func hashOf(text string) (h tlog.Hash, err error) {
	raw, err := base64.StdEncoding.Strict().DecodeString(text)
	if err == nil && len(raw) != len(h) {
		err = errors.New("not 32 bytes")
	}
	copy(h[:], raw)
	return h, err
}

// proofFile is a proof of candor: its second line, its hashes, its checkpoint.
type proofFile struct {
	heading string
	hashes  []tlog.Hash
	tree    tlog.Tree
}

func parseProof(raw []byte) (p proofFile, err error) {
	head, checkpoint, found := strings.Cut(string(raw), "\n\n")
	if !found {
		return p, errors.New("no empty line")
	}
	lines := strings.Split(head, "\n")
	if len(lines) < 2 {
		return p, errors.New("too few lines")
	}
	p.heading = lines[1]
	for _, line := range lines[2:] {
		h, err := hashOf(line)
		if err != nil {
			return p, err
		}
		p.hashes = append(p.hashes, h)
	}
	p.tree, err = openCheckpoint([]byte(checkpoint))
	return p, err
}

func checkInclusion(raw, entry []byte) error {
	p, err := parseProof(raw)
	if err != nil {
		return err
	}
	index, err := strconv.ParseInt(strings.TrimPrefix(p.heading, "index "), 10, 64)
	if err != nil {
		return err
	}
	return tlog.CheckRecord(tlog.RecordProof(p.hashes), p.tree.N, p.tree.Hash, index, tlog.RecordHash(entry))
}

func checkConsistency(raw []byte) error {
	p, err := parseProof(raw)
	if err != nil {
		return err
	}
	words := strings.Split(p.heading, " ")
	if len(words) != 3 || words[0] != "old" {
		return errors.New("bad heading")
	}
	size, err := strconv.ParseInt(words[1], 10, 64)
	if err != nil {
		return err
	}
	root, err := hashOf(words[2])
	if err != nil {
		return err
	}
	return tlog.CheckTree(tlog.TreeProof(p.hashes), p.tree.N, p.tree.Hash, size, root)
}

// tiles reads an exported log; where change is set, one bit of each tile of that level is flipped.
type tiles struct{ changed int }

func (tiles) Height() int                                { return 8 }
func (tiles) SaveTiles(tiles []tlog.Tile, data [][]byte) {}
func (t tiles) ReadTiles(wanted []tlog.Tile) ([][]byte, error) {
	var all [][]byte
	for _, tile := range wanted {
		path := strings.Replace(tile.Path(), "tile/8/", "tile/", 1) // candor's paths have no height
		data, err := os.ReadFile(filepath.Join(folder, "export", path))
		if err != nil {
			return nil, err
		}
		if tile.L == t.changed {
			data[len(data)-1] ^= 1
		}
		all = append(all, data)
	}
	return all, nil
}

// entries reads every entry of the exported log out of its bundles.
func entries(size int64) (all [][]byte) {
	for n := int64(0); n*256 < size; n++ {
		tile := tlog.Tile{H: 8, L: 0, N: n, W: 256}
		if size-n*256 < 256 {
			tile.W = int(size - n*256)
		}
		path := strings.Replace(tile.Path(), "tile/8/0/", "tile/entries/", 1)
		data := read("export", path)
		for len(data) >= 2 {
			length := int(binary.BigEndian.Uint16(data))
			all = append(all, data[2:2+length])
			data = data[2+length:]
		}
	}
	return all
}

func checkTiles() error {
	tree, err := openCheckpoint(read("export", "checkpoint"))
	if err != nil {
		return err
	}
	all := entries(tree.N)
	if int64(len(all)) != tree.N {
		return fmt.Errorf("%d entries in bundles, %d in the checkpoint", len(all), tree.N)
	}
	reader := tlog.TileHashReader(tree, tiles{-1})
	root, err := tlog.TreeHash(tree.N, reader)
	if err != nil || root != tree.Hash {
		return fmt.Errorf("root %v: %v", root, err)
	}
	for i := int64(0); i < tree.N; i += 1 + tree.N/500 {
		proof, err := tlog.ProveRecord(tree.N, i, reader)
		if err != nil {
			return err
		}
		if err := tlog.CheckRecord(proof, tree.N, tree.Hash, i, tlog.RecordHash(all[i])); err != nil {
			return fmt.Errorf("entry %d: %v", i, err)
		}
	}
	return nil
}

func checkChangedTiles() error {
	tree, _ := openCheckpoint(read("export", "checkpoint"))
	for level := 0; level < 2; level++ {
		reader := tlog.TileHashReader(tree, tiles{level})
		if _, err := tlog.ProveRecord(tree.N, tree.N-1, reader); err == nil {
			return fmt.Errorf("a changed tile of level %d is accepted", level)
		}
	}
	return nil
}

// refusesChanges flips one bit of each byte and wants an error each time. x/mod takes any last bits of a
// signature's Base64 (candor does not), so the character in front of its "=" stays as it is.
func refusesChanges(raw []byte, check func([]byte) error) error {
	for i := range raw {
		if bytes.HasSuffix(raw, []byte("=\n")) && i == len(raw)-3 {
			continue
		}
		changed := append([]byte(nil), raw...)
		changed[i] ^= 1 << (i % 8)
		if check(changed) == nil {
			return fmt.Errorf("accepted with byte %d changed", i)
		}
	}
	return nil
}

func each(pattern string, check func(path string) error) error {
	paths, _ := filepath.Glob(filepath.Join(folder, "proofs", pattern))
	if len(paths) == 0 {
		return errors.New("there is none")
	}
	for _, path := range paths {
		if err := check(path); err != nil {
			return fmt.Errorf("%s: %v", filepath.Base(path), err)
		}
	}
	return nil
}

func inclusionFile(path string) error {
	raw, _ := os.ReadFile(path)
	entry, err := os.ReadFile(strings.TrimSuffix(path, "proof") + "entry")
	if err != nil {
		return err
	}
	if err := checkInclusion(raw, entry); err != nil {
		return err
	}
	// The first line is not part of what x/mod reads.
	body := bytes.IndexByte(raw, '\n') + 1
	whole := func(changed []byte) error { return checkInclusion(append(raw[:body:body], changed...), entry) }
	if err := refusesChanges(raw[body:], whole); err != nil {
		return err
	}
	return refusesChanges(entry, func(changed []byte) error { return checkInclusion(raw, changed) })
}

func consistencyFile(path string) error {
	raw, _ := os.ReadFile(path)
	if err := checkConsistency(raw); err != nil {
		return err
	}
	body := bytes.IndexByte(raw, '\n') + 1
	return refusesChanges(raw[body:], func(changed []byte) error {
		return checkConsistency(append(raw[:body:body], changed...))
	})
}

func main() {
	tests := []struct {
		name string
		run  func() error
	}{
		{"x/mod opens the checkpoint", func() error {
			_, err := openCheckpoint(read("export", "checkpoint"))
			return err
		}},
		{"x/mod refuses each changed checkpoint", func() error {
			return refusesChanges(read("export", "checkpoint"), func(changed []byte) error {
				_, err := openCheckpoint(changed)
				return err
			})
		}},
		{"x/mod proves entries from the exported tiles", checkTiles},
		{"x/mod refuses changed tiles", checkChangedTiles},
		{"x/mod accepts each inclusion proof and no change of it", func() error {
			return each("*.proof", inclusionFile)
		}},
		{"x/mod accepts each consistency proof and no change of it", func() error {
			return each("*.consistency", consistencyFile)
		}},
	}
	fmt.Printf("1..%d\n", len(tests))
	failed := 0
	for i, test := range tests {
		verdict := "ok"
		err := test.run()
		if err != nil {
			verdict = "not ok"
			failed++
		}
		fmt.Printf("%s %d - %s\n", verdict, i+1, test.name)
		if err != nil {
			fmt.Printf("# %v\n", err)
		}
	}
	if failed > 0 {
		os.Exit(1)
	}
}
