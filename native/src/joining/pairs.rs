//! What is known of two atoms that stand side by side: as `run_votes` of `khsearch.khmer.words.pair_table`, which tells
//! what its table is.

use std::collections::HashMap;

/// Vote of a pair that is not in the table.
const UNKNOWN: i64 = 16;
/// Vote of a listed pair that makes one word.
const JOINED: i64 = -1_000;
/// Places behind the last home.
const OVERFLOW: usize = 64;
/// Pairs of the longest listed word.
const LONGEST: usize = 15;

const HALF: u32 = 32;
const MIX: u64 = 0x9E37_79B9_7F4A_7C15;
const PAIR: u64 = 0xFF51_AFD7_ED55_8CCD;
const FIRST: u32 = 0xD6E8_FEB9;
const LAST: u32 = 0xA076_1D65;

/// The table of pairs.
pub struct Pairs {
    /// By place; 0 for an empty one.
    tags: Vec<u32>,
    /// Twice the vote, and 1 more where a listed word of three atoms or more begins with the pair.
    values: Vec<i16>,
    /// By the first pair of these words, all their pairs.
    words: HashMap<u64, Vec<Vec<u64>>>,
    /// Of the number of homes, a power of two.
    bits: u32,
}

impl Pairs {
    /// Make it; what is wrong with its parts, in words.
    pub fn new(tags: Vec<u32>, values: Vec<i16>, words: Vec<Vec<u64>>) -> Result<Pairs, &'static str> {
        let homes = tags.len().saturating_sub(OVERFLOW);
        if homes < 2 || !homes.is_power_of_two() || values.len() != tags.len() {
            return Err("a table of pairs has another size than it may have");
        }
        let mut by_first: HashMap<u64, Vec<Vec<u64>>> = HashMap::new();
        for word in words {
            if let Some(&first) = word.first() {
                by_first.entry(first).or_default().push(word);
            }
        }
        Ok(Pairs { tags, values, words: by_first, bits: homes.trailing_zeros() })
    }

    /// Look up a run: its clusters, in codes, and how many each atom has -> the vote before each, but the first.
    pub fn votes(&self, clusters: &[&[u8]], counts: &[u32]) -> Vec<i64> {
        let mut hashes: Vec<u32> = Vec::with_capacity(counts.len());
        let mut rest = clusters;
        for &count in counts {
            let (atom, behind) = rest.split_at(rest.len().min(count as usize));
            hashes.push(hash_of(atom));
            rest = behind;
        }
        let pair = |two: &[u32]| (u64::from(two[0]) << HALF | u64::from(two[1])).wrapping_mul(PAIR);
        let pairs: Vec<u64> = hashes.windows(2).map(pair).collect();
        let values: Vec<i64> = pairs.iter().map(|&pair| self.value_of(pair)).collect();
        let mut votes: Vec<i64> = values.iter().map(|value| value >> 1).collect();
        for (at, value) in values.iter().enumerate() {
            if value & 1 == 1 {
                let size = self.listed(&pairs[at..pairs.len().min(at + LONGEST)]);
                votes[at..at + size].fill(JOINED);
            }
        }
        votes
    }

    /// What the table has of the hash of a pair.
    fn value_of(&self, pair: u64) -> i64 {
        let home = (pair >> (64 - self.bits)) as usize;
        let tag = ((pair << self.bits) >> HALF).max(1) as u32;
        for (&found, &value) in self.tags[home..].iter().zip(&self.values[home..]) {
            if found == tag {
                return i64::from(value);
            }
            if found == 0 {
                break;
            }
        }
        2 * UNKNOWN
    }

    /// Pairs of the longest listed word that some pairs begin with; 0 where there is none.
    fn listed(&self, pairs: &[u64]) -> usize {
        let words = pairs.first().and_then(|first| self.words.get(first));
        let found = words.into_iter().flatten().filter(|word| pairs.starts_with(word));
        found.map(Vec::len).max().unwrap_or(0)
    }
}

/// Hash of an atom: the sum of the keys of its clusters, those of the first and the last once more.
fn hash_of(atom: &[&[u8]]) -> u32 {
    let sum = atom.iter().fold(0u32, |sum, cluster| sum.wrapping_add(key(cluster)));
    let (first, last) = (atom.first().map_or(0, |one| key(one)), atom.last().map_or(0, |one| key(one)));
    sum.wrapping_add(first.wrapping_mul(FIRST)).wrapping_add(last.wrapping_mul(LAST))
}

fn key(cluster: &[u8]) -> u32 {
    let mut eight = [0; 8];
    let size = cluster.len().min(8);
    eight[..size].copy_from_slice(&cluster[..size]);
    (u64::from_le_bytes(eight).wrapping_mul(MIX) >> HALF) as u32
}
