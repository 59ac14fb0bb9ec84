//! A lexicon: cluster numbers, the trie of words, the ranks of clusters by how frequent they are, and own words.
//!
//! Its arrays are those of `khsearch.khmer.words.trie` and `lexicon`, copied. They may come from anywhere: whatever they
//! say, no look-up leaves them and no path is longer than the longest word.

use std::collections::HashMap;

use super::characters::{Characters, Class};

/// Clusters of the longest word.
pub const MAX_WORD: usize = 15;

const PARENT_SHIFT: u32 = 44;
const VALUE_SHIFT: u32 = 20;
const VALUE_MASK: u64 = (1 << 24) - 1;
const BASE_MASK: u64 = (1 << 20) - 1;
const NO_WORD: u64 = VALUE_MASK;
/// A word's value is its gain plus this.
const GAIN_ZERO: i64 = 1 << 22;
/// What the end of no word gains: it costs more than an unknown stretch, so that no path goes by it.
const NO_GAIN: i64 = NO_WORD as i64 - GAIN_ZERO;
/// The most slots of a trie.
const MAX_SLOTS: usize = 1 << 19;

/// Clusters that have a rank: the square of a rank stays an i32.
const MOST_PAIRED: usize = 46_000;

/// What stands in a slot of no word and without children.
const NOTHING: u64 = NO_WORD << VALUE_SHIFT;
/// The slot of a cluster of no word.
const NO_PATH: u32 = 1;

/// What Python hands over.
pub struct Parts<'a> {
    /// Slots of the trie.
    pub slots: Vec<u64>,
    /// Clusters of all words, joined; the i-th has number i + 1.
    pub clusters: &'a [u8],
    /// Codes of every cluster.
    pub lengths: &'a [u8],
    /// Cost of every cluster in an unknown stretch.
    pub costs: Vec<i32>,
    /// Cost of beginning an unknown stretch.
    pub unknown: u32,
    /// For every slot, where the atoms of an own word that ends there begin, bit by bit; empty where none is divided.
    pub marks: Vec<u16>,
}

/// A path of the trie: the slot where it ends, and what stands there.
#[derive(Clone, Copy)]
pub struct Node {
    slot: u32,
    content: u64,
}

impl Node {
    /// Gain of the word that ends there; NO_GAIN where none does.
    #[inline]
    pub fn gain(self) -> i64 {
        (self.content >> VALUE_SHIFT & VALUE_MASK) as i64 - GAIN_ZERO
    }

    /// Whether a word ends there.
    fn is_word(self) -> bool {
        self.content >> VALUE_SHIFT & VALUE_MASK != NO_WORD
    }

    /// Whether a word may go on from there.
    #[inline]
    pub fn has_children(self) -> bool {
        self.content & BASE_MASK != 0
    }
}

pub struct Lexicon {
    slots: Vec<u64>,
    numbering: Numbering,
    /// Rank of every cluster by its number, the most frequent first; -1 for one that pairs with none.
    ranks: Vec<i32>,
    pub unknown: i64,
    marks: Vec<u16>,
}

impl Lexicon {
    /// Make it; what is wrong with the parts, in words.
    pub fn new(parts: Parts, characters: &Characters) -> Result<Lexicon, &'static str> {
        let Parts { slots, clusters, lengths, costs, unknown, marks } = parts;
        if slots.is_empty() || slots.len() > MAX_SLOTS {
            return Err("a trie has no slots, or too many");
        }
        if i64::from(unknown) >= NO_GAIN {
            return Err("an unknown stretch costs more than any word");
        }
        if costs.len() != lengths.len() || lengths.len() >= slots.len() {
            return Err("a lexicon has more clusters than its trie, or other ones than costs");
        }
        if !marks.is_empty() && marks.len() != slots.len() {
            return Err("own words have other slots than their trie");
        }
        let mut names: Vec<&[u8]> = Vec::with_capacity(lengths.len());
        let mut rest = clusters;
        for &length in lengths {
            let length = usize::from(length);
            if length == 0 || length > rest.len() {
                return Err("a cluster has no codes");
            }
            let (name, behind) = rest.split_at(length);
            names.push(name);
            rest = behind;
        }
        let ranks = ranks(&names, &costs, characters);
        Ok(Lexicon { slots, numbering: Numbering::new(&names), ranks, unknown: i64::from(unknown), marks })
    }

    /// Number of a cluster, 0 for one of no word.
    #[inline]
    pub fn number(&self, cluster: &[u8], key: Option<u64>) -> u32 {
        self.numbering.number(cluster, key)
    }

    /// The node of a word of one cluster.
    #[inline]
    pub fn first(&self, number: u32) -> Node {
        let slot = number + 1;
        Node { slot, content: self.slots.get(slot as usize).copied().unwrap_or(NOTHING) }
    }

    /// The node behind another for one more cluster; a dead one where no word goes on so.
    #[inline]
    pub fn child(&self, node: Node, number: u32) -> Node {
        let slot = (node.content & BASE_MASK) as u32 + number;
        let content = self.slots.get(slot as usize).copied().unwrap_or(NOTHING);
        // By masks and not by a branch: nobody can tell how it goes.
        let is_child = content >> PARENT_SHIFT == u64::from(node.slot);
        let mask = u64::from(is_child).wrapping_neg();
        Node { slot: (slot & mask as u32) | u32::from(!is_child), content: NOTHING ^ ((content ^ NOTHING) & mask) }
    }

    /// How many clusters, by their numbers, the longest word has that they begin with.
    pub fn longest_word(&self, mut numbers: impl Iterator<Item = u32>) -> usize {
        let mut node = match numbers.next() {
            Some(first) if first != 0 => self.first(first),
            _ => return 0,
        };
        let mut longest = usize::from(node.is_word());
        for (length, number) in (2..).zip(numbers) {
            node = self.child(node, number);
            if number == 0 || node.slot == NO_PATH {
                break;
            }
            if node.is_word() {
                longest = length;
            }
        }
        longest
    }

    /// Whether any own word is several atoms.
    pub fn divides(&self) -> bool {
        !self.marks.is_empty()
    }

    /// Where the atoms of an own word begin, bit by bit; 0 for another word.
    pub fn own(&self, numbers: impl Iterator<Item = u32>) -> u16 {
        self.marks.get(self.slot(numbers) as usize).copied().unwrap_or(0)
    }

    /// Key of a word by the numbers of its clusters: its slot, be it a word or not; 0 for what is no path of the trie.
    #[inline]
    pub fn word_key(&self, numbers: impl Iterator<Item = u32>) -> i32 {
        let slot = self.slot(numbers);
        if slot > NO_PATH {
            slot as i32
        } else {
            0
        }
    }

    #[inline]
    fn slot(&self, mut numbers: impl Iterator<Item = u32>) -> u32 {
        let mut node = match numbers.next() {
            Some(first) => self.first(first),
            None => return NO_PATH,
        };
        for number in numbers {
            node = self.child(node, number);
        }
        node.slot
    }

    /// Rank of a cluster by its number, negative for one that pairs with none.
    #[inline]
    pub fn rank(&self, number: u32) -> i32 {
        self.ranks.get(number as usize).copied().unwrap_or(-1)
    }
}

/// Key of two neighbours by their ranks, 0 where one has none: shells around the origin, so that the pairs of the r most
/// frequent clusters have the keys up to r * r.
#[inline]
pub fn pair_key(left: i32, right: i32) -> i32 {
    if left < 0 || right < 0 {
        return 0;
    }
    let most = left.max(right);
    most * most + left + if left >= right { right } else { 0 } + 1
}

fn ranks(names: &[&[u8]], costs: &[i32], characters: &Characters) -> Vec<i32> {
    // A cluster without a base pairs with none: what precedes it in a bigram might end with its marks as well.
    let mut frequent: Vec<usize> =
        (0..names.len()).filter(|&at| characters.class(names[at][0]) == Class::Base).collect();
    frequent.sort_by_key(|&at| costs[at]);
    frequent.truncate(MOST_PAIRED);
    let mut ranks = vec![-1; names.len() + 1];
    for (rank, at) in (0..).zip(frequent) {
        ranks[at + 1] = rank;
    }
    ranks
}

/// Cluster numbers: those of up to eight codes in a table of their own, open addressed, which is their key.
pub struct Numbering {
    table: Vec<(u64, u32)>,
    shift: u32,
    /// The others: longer ones, and those that found no place near their home.
    others: HashMap<Vec<u8>, u32>,
}

const MULTIPLIER: u64 = 0x9E37_79B9_7F4A_7C15; // 2^64 / golden ratio: Knuth's multiplicative hashing
const PROBES: usize = 8;

impl Numbering {
    /// Number clusters from 1.
    pub fn new(names: &[&[u8]]) -> Numbering {
        let bits = (2 * names.len()).next_power_of_two().trailing_zeros().max(4);
        let mut made =
            Numbering { table: vec![(0, 0); (1 << bits) + PROBES], shift: 64 - bits, others: HashMap::new() };
        for (number, name) in (1..).zip(names) {
            made.add(name, number);
        }
        made
    }

    fn add(&mut self, name: &[u8], number: u32) {
        if let Some(key) = key_of(name) {
            let home = self.home(key);
            for entry in &mut self.table[home..home + PROBES] {
                if entry.1 == 0 || entry.0 == key {
                    *entry = (key, number);
                    return;
                }
            }
        }
        self.others.insert(name.to_vec(), number);
    }

    fn home(&self, key: u64) -> usize {
        (key.wrapping_mul(MULTIPLIER) >> self.shift) as usize
    }

    /// Number of a cluster, which comes with its key, if it has one; 0 for any other.
    #[inline]
    pub fn number(&self, name: &[u8], key: Option<u64>) -> u32 {
        if let Some(key) = key {
            let home = self.home(key);
            for entry in &self.table[home..home + PROBES] {
                if entry.1 == 0 {
                    return 0;
                }
                if entry.0 == key {
                    return entry.1;
                }
            }
        }
        self.others.get(name).copied().unwrap_or(0)
    }
}

/// A cluster of up to eight codes as a number, none of which is 0.
pub fn key_of(cluster: &[u8]) -> Option<u64> {
    if cluster.len() > 8 || cluster.contains(&0) {
        return None;
    }
    Some(cluster.iter().rev().fold(0, |key, &code| key << 8 | u64::from(code)))
}
